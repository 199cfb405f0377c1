package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// jpegHead is what the segments before a JPEG's pixels tell.
type jpegHead struct {
	orientation int  // as EXIF numbers them; 1: as it lies
	progressive bool // its coefficients are in memory as a whole while it is decoded
}

// The markers of a JPEG that are looked at (ITU T.81, table B.1).
const (
	startOfProgressive = 0xc2
	startOfScan        = 0xda
	app1               = 0xe1
)

// readJPEGHead reads the segments up to the first scan.
func readJPEGHead(from io.Reader) (jpegHead, error) {
	head := jpegHead{orientation: 1}
	r := bufio.NewReader(from)
	if _, err := r.Discard(2); err != nil {
		return head, err
	}
	for {
		var segment [4]byte
		if _, err := io.ReadFull(r, segment[:]); err != nil {
			return head, err
		}
		length := int(binary.BigEndian.Uint16(segment[2:])) - 2
		if segment[0] != 0xff || hasNoLength(segment[1]) || length < 0 {
			return head, errors.New("a segment does not begin where it should")
		}
		switch segment[1] {
		case startOfScan:
			return head, nil
		case startOfProgressive:
			head.progressive = true
		case app1:
			exif := make([]byte, length)
			if _, err := io.ReadFull(r, exif); err != nil {
				return head, err
			}
			if o := orientationOf(exif); o > 0 {
				head.orientation = o
			}
			length = 0
		}
		if _, err := r.Discard(length); err != nil {
			return head, err
		}
	}
}

// hasNoLength reports whether a marker stands alone. Decoders pass over such ones
// here, and no camera writes them: behind them a file could hide what it takes.
func hasNoLength(marker byte) bool {
	return marker <= 0x01 || marker >= 0xd0 && marker <= 0xd9 || marker == 0xff
}

// orientationOf is the orientation that an EXIF segment states; 0 when it states none.
func orientationOf(exif []byte) int {
	const header = "Exif\x00\x00"
	if len(exif) < len(header)+8 || string(exif[:len(header)]) != header {
		return 0
	}
	tiff := exif[len(header):]
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if tag := order.Uint16(entries); tag == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}
