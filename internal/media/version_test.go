package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/cost"
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

// versions are those of a picture.
func versions(t *testing.T, kind string, file []byte, widths ...int) []media.Version {
	t.Helper()
	out, err := media.NewMaker().Versions(t.Context(), bytes.NewReader(file), kind, widths)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestASmallerPictureIsTurnedAsItsCameraWasHeld(t *testing.T) {
	t.Parallel()
	v := versions(t, "image/jpeg", turned(t, 800, 1200), 320)
	if len(v) != 1 || v[0].Kind != "image/jpeg" {
		t.Fatalf("it has %d versions", len(v))
	}
	img, _, err := image.Decode(bytes.NewReader(v[0].Data))
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
	if v := versions(t, "image/jpeg", turned(t, 800, 300), 640); v != nil {
		t.Error("a picture that is 300 wide once turned has a version of 640")
	}
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesAreMadeSmallerNotLarger(t *testing.T) {
	t.Parallel()
	file := encoded(t, image.NewRGBA(image.Rect(0, 0, 800, 400)))
	got := versions(t, "image/png", file, 320, 640, 1280)
	if len(got) != 2 {
		t.Fatalf("it has %d versions, want those of 320 and 640", len(got))
	}
	for _, v := range got {
		if about, err := png.DecodeConfig(bytes.NewReader(v.Data)); err != nil || about.Width != v.Width || about.Height != v.Width/2 {
			t.Errorf("version %d has %d × %d pixels: %v", v.Width, about.Width, about.Height, err)
		}
	}
}

func TestAVersionHasTheColoursOfItsPicture(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 700, 500))
	for y := range 500 {
		for x := range 700 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / 699), uint8(y * 255 / 499), 40, 255})
		}
	}
	small, err := png.Decode(bytes.NewReader(versions(t, "image/png", encoded(t, img), 320)[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []image.Point{{0, 0}, {319, 0}, {0, 227}, {319, 227}, {160, 114}} {
		r, g, b, a := small.At(at.X, at.Y).RGBA()
		want := [4]int{at.X * 255 / 319, at.Y * 255 / 227, 40, 255}
		for i, v := range []uint32{r, g, b, a} {
			if diff := int(v>>8) - want[i]; diff < -2 || diff > 2 {
				t.Errorf("at %v it is %v, want %v", at, []uint32{r >> 8, g >> 8, b >> 8, a >> 8}, want)
				break
			}
		}
	}
}

// chunk is a chunk of a PNG.
func chunk(kind string, data []byte) []byte {
	body := append([]byte(kind), data...)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
}

// declaring is a PNG of two colours that says it has a size, with as many pixels
// as there are bytes of data to spare.
func declaring(width, height int) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 6, 0, 0, 0)), chunk("IDAT", []byte{0x78, 0x9c}))
}

func TestWhatAPictureDeclaresIsCheckedBeforeItIsDecoded(t *testing.T) {
	for name, size := range map[string]image.Point{
		"wide and high": {65535, 65535}, "one row": {1 << 30, 1}, "one column": {1, 1 << 30}, "just too large": {8192, 4097},
	} {
		file := declaring(size.X, size.Y)
		cost.Memory(t, 16<<20, func() {
			got, err := media.NewMaker().Versions(t.Context(), bytes.NewReader(file), "image/png", []int{320})
			if got != nil || err == nil && size.X > 320 {
				t.Errorf("%s: %d versions, %v", name, len(got), err)
			}
		})
	}
}

func TestOddFilesHaveNoVersions(t *testing.T) {
	t.Parallel()
	still := encoded(t, image.NewRGBA(image.Rect(0, 0, 800, 400)))
	moving := slices.Concat(still[:33], chunk("acTL", make([]byte, 8)), still[33:])
	for name, c := range map[string]struct {
		kind string
		file []byte
	}{
		"a PNG that moves": {"image/png", moving}, "a GIF": {"image/gif", []byte("GIF89a")}, "an icon": {"image/x-icon", []byte("\x00\x00\x01\x00")},
		"BMP": {"image/bmp", []byte("BM")}, "TIFF": {"image/tiff", []byte("II*\x00")},
	} {
		if v := versions(t, c.kind, c.file, 320); v != nil {
			t.Errorf("%s has versions", name)
		}
	}
	for name, file := range map[string]string{"nothing": "", "no picture": "no picture", "a PNG cut short": string(still[:60]), "JPEG without an end": "\xff\xd8\xff\xe1\x00\x02"} {
		for _, kind := range []string{"image/png", "image/jpeg", "image/webp"} {
			if v, err := media.NewMaker().Versions(t.Context(), strings.NewReader(file), kind, []int{320}); err == nil || v != nil {
				t.Errorf("%s as %s has %d versions", name, kind, len(v))
			}
		}
	}
}

func TestAMarkerHidesNoProgressiveJPEG(t *testing.T) {
	t.Parallel()
	file := turned(t, 800, 1200)
	// A comment that ends in what looks like the first scan to who takes the
	// comment's marker for the length of the one before it.
	comment := slices.Concat([]byte("\xff\xfe\xff\xff"), make([]byte, 65530), []byte("\xff\xda\x00"))
	hidden := slices.Concat(file[:2], []byte("\xff\xd0"), comment, file[2:])
	if _, err := jpeg.Decode(bytes.NewReader(hidden)); err != nil {
		t.Fatalf("decoders do not read it, so this test tells nothing: %v", err)
	}
	if v, err := media.NewMaker().Versions(t.Context(), bytes.NewReader(hidden), "image/jpeg", []int{320}); err == nil || v != nil {
		t.Error("what follows a marker without a length is decoded unseen")
	}
}

// slow is a file that tells when it is read, and goes on when it is let.
type slow struct {
	*bytes.Reader
	reading, on chan struct{}
}

func (s slow) Read(p []byte) (int, error) {
	s.reading <- struct{}{}
	<-s.on
	return s.Reader.Read(p)
}

func TestOnePictureIsDecodedAtATime(t *testing.T) {
	t.Parallel()
	m := media.NewMaker()
	file := encoded(t, image.NewRGBA(image.Rect(0, 0, 800, 400)))
	first := slow{bytes.NewReader(file), make(chan struct{}), make(chan struct{})}
	done := make(chan error)
	go func() {
		_, err := m.Versions(t.Context(), first, "image/png", []int{320})
		done <- err
	}()
	<-first.reading
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	go func() {
		_, err := m.Versions(ctx, bytes.NewReader(file), "image/png", []int{320})
		second <- err
	}()
	select {
	case err := <-second:
		t.Fatalf("two pictures were decoded at a time: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("who leaves while another picture is decoded gets %v", err)
	}
	close(first.on)
	go func() {
		for range first.reading {
		}
	}()
	if err := <-done; err != nil {
		t.Error(err)
	}
	close(first.reading)
}

func TestOnlyServedTypesAreDecoded(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{"GIF": "GIF89a", "BMP": "BM????\x00\x00\x00\x00", "TIFF": "II\x2A\x00"} {
		if _, _, err := image.DecodeConfig(strings.NewReader(head + strings.Repeat("\x00", 100))); !errors.Is(err, image.ErrFormat) {
			t.Errorf("a decoder of %s is linked in: %v", name, err)
		}
	}
}
