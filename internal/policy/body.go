package policy

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Body is the body of a message. It streams past the policies unless one reads
// or replaces it.
type Body struct {
	stream  io.Reader // what has not been read yet; nil: nothing
	content []byte
	made    bool // whether a policy made the content
}

// StreamedBody is a body read from r.
func StreamedBody(r io.Reader) Body { return Body{stream: r} }

// Replace makes content the body.
func (b *Body) Replace(content []byte) { *b = Body{content: content, made: true} }

// Made returns the content if a policy made the body.
func (b *Body) Made() (content []byte, ok bool) { return b.content, b.made }

// Reader returns what to send if no policy made the body: the stream itself
// unless somebody has read from it.
func (b *Body) Reader() io.Reader {
	if b.stream != nil {
		return b.stream
	}
	return bytes.NewReader(b.content)
}

var errBodyTooLong = errors.New("the body is too long for a policy")

// Read returns the whole body, of at most limit bytes. For a longer one the
// error is errBodyTooLong, and it can still be sent on.
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
	if err == nil && len(content) > 0 {
		content, err = decoded(content, header)
	}
	if errors.Is(err, errBodyTooLong) && ex.Response.Status == 0 {
		return nil, &Error{Status: 413, Source: "configuration", Reason: "RequestBodyTooLarge",
			Message: fmt.Sprintf("The body of the request may have at most %d bytes.", maxBody), Err: err}
	}
	return content, err
}

// decoded is content without its content coding, of at most maxBody bytes.
func decoded(content []byte, header Header) ([]byte, error) {
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

// setBody makes content the message's body, without the content coding of the old one.
func (ex *Exchange) setBody(content []byte) {
	body, header := ex.message()
	if _, made := body.Made(); !made {
		header.Del("Content-Encoding")
	}
	body.Replace(content)
}
