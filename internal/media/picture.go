package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// picture is a file that versions can be made of, as its head tells.
type picture struct {
	kind          string
	width, height int // as it is to be seen
	turn          turn
	perPixel      int64 // bytes of memory that its decoder takes
	decode        func(io.Reader) (image.Image, error)
}

// maxHead is how far into a file it is looked whether it is animated.
const maxHead = 64 << 10

// openPicture reads the head of a file; nil when no versions are made of it.
func openPicture(r io.ReadSeeker, kind string) (*picture, error) {
	f := &picture{kind: kind, turn: 1}
	var config func(io.Reader) (image.Config, error)
	switch kind {
	case "image/png":
		config, f.decode = png.DecodeConfig, png.Decode
	case "image/jpeg":
		config, f.decode = jpeg.DecodeConfig, jpeg.Decode
	case "image/webp":
		config, f.decode = webp.DecodeConfig, webp.Decode
	default:
		return nil, nil
	}
	if moves, err := animated(r); err != nil || moves {
		return nil, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	about, err := config(r)
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	if about.Width > maxSide || about.Height > maxSide {
		return nil, fmt.Errorf("the picture has %d × %d pixels; at most %d a side are made smaller", about.Width, about.Height, maxSide)
	}
	f.width, f.height, f.perPixel = about.Width, about.Height, memoryOf(kind, about.ColorModel)
	if kind == "image/jpeg" {
		err = f.readJPEG(r)
	}
	return f, err
}

// memory is what decoding it takes, in bytes.
func (f *picture) memory() int64 { return int64(f.width) * int64(f.height) * f.perPixel }

func (f *picture) readJPEG(r io.ReadSeeker) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head, err := readJPEGHead(r)
	if err != nil {
		return fmt.Errorf("read the picture: %w", err)
	}
	f.turn = turn(head.orientation)
	size := f.turn.size(image.Point{f.width, f.height})
	f.width, f.height = size.X, size.Y
	if head.progressive {
		f.perPixel += 12 // coefficients, of three colours, of four bytes
	}
	return nil
}

// memoryOf is what a decoder takes for a pixel, in bytes: the pixel, and what it
// needs besides for interlaced ones and transformed ones.
func memoryOf(kind string, model color.Model) int64 {
	switch {
	case kind == "image/webp":
		return 12
	case kind == "image/png" && (model == color.RGBA64Model || model == color.NRGBA64Model):
		return 16
	case kind == "image/png":
		return 8
	}
	return 4
}

// animated reports whether the head of a file says that it moves: PNG by a chunk
// acTL, WebP by a chunk ANIM.
func animated(r io.Reader) (bool, error) {
	head := make([]byte, maxHead)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return false, err
	}
	before, _, _ := bytes.Cut(head[:n], []byte("IDAT"))
	return bytes.Contains(before, []byte("acTL")) || bytes.HasPrefix(head[:n], []byte("RIFF")) && bytes.Contains(head[:n], []byte("ANIM")), nil
}
