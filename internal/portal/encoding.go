package portal

import (
	"bytes"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// encoding is a content coding.
type encoding int

// The codings, in the order they are preferred in from the last.
const (
	identity encoding = iota
	gzipped
	zstandard
	brotlied
	encodings
)

var (
	encodingNames  = [encodings]string{"", "gzip", "zstd", "br"}
	encodingValues = [encodings][]string{nil, {"gzip"}, {"zstd"}, {"br"}} // header values; never changed
)

// negotiate picks the best coding of an Accept-Encoding header. It allocates nothing.
func negotiate(accept []string) encoding {
	best := identity
	for _, line := range accept {
		for line != "" {
			var item string
			item, line, _ = strings.Cut(line, ",")
			name, params, _ := strings.Cut(item, ";")
			name = strings.TrimSpace(name)
			if params != "" && refused(params) {
				continue
			}
			for e := gzipped; e < encodings; e++ {
				if e > best && (strings.EqualFold(name, encodingNames[e]) || e == gzipped && name == "*") {
					best = e
				}
			}
		}
	}
	return best
}

// refused reports whether the parameters of a coding are q=0.
func refused(params string) bool {
	q, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
	return ok && strings.Trim(q, "0.") == ""
}

// effort is how hard to compress.
type effort int

const (
	fast  effort = iota // what is sent once
	small               // what is kept
)

// The levels of an effort.
var (
	gzipLevels   = [...]int{gzip.BestSpeed, 6}
	brotliLevels = [...]int{2, 5}
	zstdLevels   = [...]zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedBetterCompression}
)

// compress makes a coding of data.
func compress(e encoding, data []byte, f effort) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(len(data)/4 + 512)
	var w io.WriteCloser
	var err error
	switch e {
	case gzipped:
		w, err = gzip.NewWriterLevel(&b, gzipLevels[f])
	case brotlied:
		w = brotli.NewWriterLevel(&b, brotliLevels[f])
	case zstandard:
		w, err = zstd.NewWriter(&b, zstd.WithEncoderLevel(zstdLevels[f]), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	default:
		return data, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
