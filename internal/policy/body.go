package policy

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Body is the body of a message. It flows past the policies unread, unless one
// reads or replaces it.
type Body struct {
	stream  io.Reader // what nobody has read yet; nil: nothing
	content []byte
	made    bool // content is a policy's
}

// StreamedBody is a body that comes from elsewhere.
func StreamedBody(r io.Reader) Body { return Body{stream: r} }

// Replace makes content the body.
func (b *Body) Replace(content []byte) { *b = Body{content: content, made: true} }

// Made is the content when a policy made the body.
func (b *Body) Made() (content []byte, ok bool) { return b.content, b.made }

// Reader gives what is to be sent when no policy made the body: the stream
// itself as long as nobody has read it.
func (b *Body) Reader() io.Reader {
	if b.stream != nil {
		return b.stream
	}
	return bytes.NewReader(b.content)
}

var errBodyTooLong = errors.New("the body is too long to be read by a policy")

// Read is the whole body, of at most limit bytes. A longer one is
// errBodyTooLong, and can still be sent on.
func (b *Body) Read(limit int) ([]byte, error) {
	if b.stream == nil {
		return b.content, nil
	}
	content, err := io.ReadAll(io.LimitReader(b.stream, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	if len(content) > limit {
		b.stream = io.MultiReader(bytes.NewReader(content), b.stream)
		return nil, errBodyTooLong
	}
	b.stream, b.content = nil, content
	return content, nil
}

// message is the body and header that policies act on: the request's until
// there is a response.
func (ex *Exchange) message() (*Body, Header) {
	if ex.Response.Status != 0 {
		return &ex.Response.Body, ex.Response.Header
	}
	return &ex.Request.Body, ex.Request.Header
}

// readBody is the message's body without its content coding.
func (ex *Exchange) readBody() ([]byte, error) {
	body, header := ex.message()
	content, err := body.Read(maxBody)
	if errors.Is(err, errBodyTooLong) && ex.Response.Status == 0 {
		return nil, &Error{Status: 413, Source: "configuration", Reason: "RequestBodyTooLarge",
			Message: fmt.Sprintf("The body of the request may have at most %d bytes.", maxBody), Err: err}
	}
	if err != nil || len(content) == 0 {
		return nil, err
	}
	switch coding := strings.ToLower(strings.Join(header.Values("Content-Encoding"), ",")); coding {
	case "", "identity":
		return content, nil
	case "gzip", "x-gzip":
		return gunzip(content)
	default:
		return nil, fmt.Errorf("the body has the content coding %q, which this gateway does not read", coding)
	}
}

func gunzip(content []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	plain := StreamedBody(r)
	return plain.Read(maxBody)
}

// setBody makes content the message's body. The content coding was that of what came.
func (ex *Exchange) setBody(content []byte) {
	body, header := ex.message()
	if _, made := body.Made(); !made {
		header.Del("Content-Encoding")
	}
	body.Replace(content)
}
