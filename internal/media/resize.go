package media

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // decoders of what people upload
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"github.com/disintegration/imaging"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// Widths are the widths, in pixels, that pictures are served in beside their own.
var Widths = []int{320, 640, 1280, 1920}

// MaxPixels is the largest number of pixels of a picture that is resized.
const MaxPixels = 50 << 20

// WidthFor is the smallest of Widths that is at least n pixels, or 0.
func WidthFor(n int) int {
	if i := slices.IndexFunc(Widths, func(w int) bool { return w >= n }); i >= 0 {
		return Widths[i]
	}
	return 0
}

// Resize scales a picture down to width pixels, one of Widths, and applies its
// EXIF orientation, which the result no longer carries. It returns nil if the
// picture is not wider than that, or may be animated: it is then served as it
// is.
func Resize(r io.ReadSeeker, width int) (data []byte, kind string, err error) {
	about, format, err := image.DecodeConfig(r)
	if err != nil {
		return nil, "", fmt.Errorf("read the picture: %w", err)
	}
	if max(about.Width, about.Height) <= width || format == "gif" {
		return nil, "", nil
	}
	if about.Width*about.Height > MaxPixels {
		return nil, "", fmt.Errorf("the picture has %d × %d pixels; at most %d million are made smaller", about.Width, about.Height, MaxPixels>>20)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, "", err
	}
	full, err := imaging.Decode(r, imaging.AutoOrientation(true))
	if err != nil {
		return nil, "", fmt.Errorf("read the picture: %w", err)
	}
	size := full.Bounds().Size()
	if size.X <= width { // its sides were swapped
		return nil, "", nil
	}
	small := image.NewRGBA(image.Rect(0, 0, width, max(1, size.Y*width/size.X)))
	draw.CatmullRom.Scale(small, small.Bounds(), full, full.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if format == "jpeg" {
		err = jpeg.Encode(&b, small, &jpeg.Options{Quality: 82})
		return b.Bytes(), "image/jpeg", err
	}
	err = png.Encode(&b, small)
	return b.Bytes(), "image/png", err
}
