package media_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"slices"
	"testing"

	"github.com/portico-portal/portico/internal/media"
)

// turned is a JPEG whose left half is red, to be shown turned by 90° clockwise.
func turned(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0, 0, 255, 255}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(0, 0, width/2, height), image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	// An APP1 segment after the first marker: big-endian TIFF with one entry, orientation 6.
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	return slices.Concat(b.Bytes()[:2], []byte(exif), b.Bytes()[2:])
}

func TestASmallerPictureIsTurnedAsItsCameraWasHeld(t *testing.T) {
	t.Parallel()
	data, kind, err := media.Resize(bytes.NewReader(turned(t, 800, 1200)), 320)
	if err != nil || kind != "image/jpeg" {
		t.Fatal(kind, err)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size != (image.Point{320, 213}) {
		t.Errorf("it is %v, want 320 × 213: wider than high", size)
	}
	if r, _, b, _ := img.At(160, 20).RGBA(); r < b {
		t.Error("what was left is not at the top")
	}
	if r, _, b, _ := img.At(160, 200).RGBA(); r > b {
		t.Error("what was right is not at the bottom")
	}
	if data, _, err := media.Resize(bytes.NewReader(turned(t, 800, 300)), 640); err != nil || data != nil {
		t.Errorf("a picture that is 300 wide once turned is made %d bytes, %v", len(data), err)
	}
}
