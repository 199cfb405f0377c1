package media

import (
	"context"
	"image"
	"image/draw"
)

// shrink scales a picture down to several sizes in one pass: a pixel is the mean
// of the area that it covers. Beside the results it needs memory for a few rows
// only, where other scalers keep as many rows as the source has.
func shrink(ctx context.Context, from image.Image, sizes []image.Point) ([]*image.RGBA, error) {
	bounds := from.Bounds()
	all := make([]*shrinking, len(sizes))
	out := make([]*image.RGBA, len(sizes))
	for i, size := range sizes {
		all[i] = newShrinking(bounds.Size(), size)
		out[i] = all[i].to
	}
	const rows = 16
	strip := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), rows))
	for y := bounds.Min.Y; y < bounds.Max.Y; y += rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		draw.Draw(strip, strip.Rect, from, image.Point{bounds.Min.X, y}, draw.Src)
		for row := range min(rows, bounds.Max.Y-y) {
			for _, s := range all {
				s.add(strip.Pix[row*strip.Stride:][:strip.Stride])
			}
		}
	}
	return out, nil
}

// shrinking is a smaller picture as far as its rows are filled. Areas are counted
// in parts of a pixel: a source of n pixels over m gives each pixel of the
// source m parts and each of the result n.
type shrinking struct {
	to     *image.RGBA
	source image.Point
	row    []uint64 // of the source, narrowed
	sum    []uint64 // of the rows that the present row of the result covers
	y      int      // rows of the source so far
}

func newShrinking(source, size image.Point) *shrinking {
	return &shrinking{
		to: image.NewRGBA(image.Rectangle{Max: size}), source: source,
		row: make([]uint64, 4*size.X), sum: make([]uint64, 4*size.X),
	}
}

// add adds a row of the source.
func (s *shrinking) add(pixels []byte) {
	s.narrow(pixels)
	height := s.to.Rect.Dy()
	first, here, next := split(s.y, s.source.Y, height)
	for i, v := range s.row {
		s.sum[i] += v * here
	}
	s.y++
	if (first+1)*s.source.Y > s.y*height {
		return
	}
	area := uint64(s.source.X) * uint64(s.source.Y)
	line := s.to.Pix[first*s.to.Stride:]
	for i, v := range s.sum {
		line[i] = byte((v + area/2) / area)
		s.sum[i] = s.row[i] * next
	}
}

// narrow makes row of a row of the source.
func (s *shrinking) narrow(pixels []byte) {
	clear(s.row)
	width := s.to.Rect.Dx()
	for x := range s.source.X {
		first, here, next := split(x, s.source.X, width)
		for c, v := range pixels[4*x : 4*x+4] {
			s.row[4*first+c] += uint64(v) * here
			if next > 0 {
				s.row[4*first+4+c] += uint64(v) * next
			}
		}
	}
}

// split tells which pixel of a result of m a pixel of n covers, with how many
// parts, and with how many the pixel after it.
func split(at, n, m int) (first int, here, next uint64) {
	first = at * m / n
	end := (at + 1) * m
	over := max(0, end-(first+1)*n)
	return first, uint64(m - over), uint64(over)
}

// turn is how a picture is to be turned before it is seen, as EXIF numbers it.
type turn int

// size is the size of a picture before it is turned from the size after, or the other way round.
func (t turn) size(p image.Point) image.Point {
	if t >= 5 {
		return image.Point{p.Y, p.X}
	}
	return p
}

// apply turns a picture.
func (t turn) apply(from *image.RGBA) *image.RGBA {
	if t <= 1 {
		return from
	}
	size := t.size(from.Rect.Size())
	to := image.NewRGBA(image.Rectangle{Max: size})
	right, bottom := from.Rect.Dx()-1, from.Rect.Dy()-1
	for y := range size.Y {
		for x := range size.X {
			sx, sy := x, y
			if t >= 5 {
				sx, sy = y, x
			}
			if t == 2 || t == 3 || t == 7 || t == 8 {
				sx = right - sx
			}
			if t == 3 || t == 4 || t == 6 || t == 7 {
				sy = bottom - sy
			}
			copy(to.Pix[to.PixOffset(x, y):][:4], from.Pix[from.PixOffset(sx, sy):])
		}
	}
	return to
}
