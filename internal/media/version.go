package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
)

// Widths are the widths, in pixels, that pictures are served in beside their own.
var Widths = []int{320, 640, 1280, 1920}

// WidthFor is the smallest of Widths that is at least n pixels, or 0.
func WidthFor(n int) int {
	if i := slices.IndexFunc(Widths, func(w int) bool { return w >= n }); i >= 0 {
		return Widths[i]
	}
	return 0
}

// Limits of the work that one picture may be.
const (
	// maxDecoded is the memory that a decoder may take, in bytes, as the size that
	// the file declares tells before any of it is decoded.
	maxDecoded = 256 << 20
	maxSide    = 1 << 16 // pixels
	// maxVersion is the largest version that is made, in pixels.
	maxVersion = 4 << 20
)

// Version is a picture made smaller.
type Version struct {
	Width int
	Kind  string // its media type
	Data  []byte
}

// Maker makes what uploaded pictures are served as, one picture at a time
// whoever asks: decoders take much memory.
type Maker struct{ busy chan struct{} }

// NewMaker makes a Maker. A process needs one.
func NewMaker() *Maker { return &Maker{busy: make(chan struct{}, 1)} }

// turn waits until no other picture is being worked on.
func (m *Maker) turn(ctx context.Context) (done func(), err error) {
	select {
	case m.busy <- struct{}{}:
		return func() { <-m.busy }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SVG is [SanitizeSVG] of a file.
func (m *Maker) SVG(ctx context.Context, r io.Reader) ([]byte, error) {
	done, err := m.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	data, err := io.ReadAll(io.LimitReader(contextReader{ctx, r}, MaxSVG+1))
	if err != nil {
		return nil, err
	}
	return SanitizeSVG(data)
}

// Versions scales a picture of a media type down to the widths that are smaller
// than its own, and applies its EXIF orientation, which the versions no longer
// carry. It is decoded once for all of them. A picture of another type than PNG,
// JPEG and WebP and one that is animated have no versions: they are served as
// they are, and so is what a version would not make smaller.
func (m *Maker) Versions(ctx context.Context, r io.ReadSeeker, kind string, widths []int) ([]Version, error) {
	done, err := m.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	f, err := openPicture(r, kind)
	if err != nil || f == nil {
		return nil, err
	}
	sizes := f.sizes(widths)
	if len(sizes) == 0 {
		return nil, nil
	}
	if need := f.memory(); need > maxDecoded {
		return nil, fmt.Errorf("the picture has %d × %d pixels, which take %d MB of memory to decode; at most %d MB are taken", f.width, f.height, need>>20, maxDecoded>>20)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	full, err := f.decode(contextReader{ctx, r})
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	small, err := shrink(ctx, full, sizes)
	if err != nil {
		return nil, err
	}
	var out []Version
	for _, img := range small {
		v, err := f.version(img)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, ctx.Err()
}

// sizes are those of the versions as the file lies, before it is turned.
func (f *picture) sizes(widths []int) []image.Point {
	var out []image.Point
	for _, w := range widths {
		if size := (image.Point{w, max(1, f.height*w/max(1, f.width))}); w < f.width && w > 0 && w*size.Y <= maxVersion {
			out = append(out, f.turn.size(size))
		}
	}
	return out
}

// version encodes a small picture as it is to be seen.
func (f *picture) version(img *image.RGBA) (Version, error) {
	img = f.turn.apply(img)
	v := Version{Width: img.Rect.Dx(), Kind: "image/png"}
	var b bytes.Buffer
	var err error
	if f.kind != "image/png" && img.Opaque() {
		v.Kind = "image/jpeg"
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 82})
	} else {
		err = png.Encode(&b, img)
	}
	v.Data = b.Bytes()
	return v, err
}

// contextReader ends when nobody waits for what is read.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
