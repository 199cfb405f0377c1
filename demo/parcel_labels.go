package demo

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
)

func (p *parcels) getLabel(w http.ResponseWriter, r *http.Request, s *shipment) error {
	var contentType string
	var label []byte
	var err error
	switch format := r.URL.Query().Get("format"); format {
	case "", "png":
		contentType = "image/png"
		if label, err = labelImage(s.ID); err != nil {
			return err
		}
	case "pdf":
		contentType, label = "application/pdf", labelDocument(s)
	case "zpl":
		contentType = "text/plain"
		label = fmt.Appendf(nil, "^XA^FO40,40^A0N,40^FDMERIDIAN %s^FS^FO40,100^BCN,120^FD%s^FS^XZ\n", s.ID, s.Tracking[0])
	default:
		return badRequest("format must be png, pdf or zpl; it is %q.", format)
	}
	w.Header().Set("Content-Type", contentType)
	_, err = w.Write(label)
	return err
}

// labelImage draws bars that follow from text.
func labelImage(text string) ([]byte, error) {
	const width, height, margin = 400, 240, 24
	picture := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.White, color.Black})
	sum := sha256.Sum256([]byte(text))
	for x := margin; x < width-margin; x++ {
		bit := (x - margin) / 3
		if sum[bit/8%len(sum)]>>(bit%8)&1 == 0 {
			continue
		}
		for y := margin; y < height-margin; y++ {
			picture.SetColorIndex(x, y, 1)
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, picture)
	return out.Bytes(), err
}

// labelDocument is a PDF of one page with the address in plain letters.
func labelDocument(s *shipment) []byte {
	escape := strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)
	var text strings.Builder
	text.WriteString("BT /F 18 Tf 24 380 Td 24 TL")
	for _, line := range []string{"MERIDIAN " + s.ID, s.Tracking[0], s.To.Name, s.To.Street, s.To.Postcode + " " + s.To.City, s.To.Country} {
		fmt.Fprintf(&text, " (%s) Tj T*", escape.Replace(line))
	}
	text.WriteString(" ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.Bytes()
}

func (p *parcels) printLabels(w http.ResponseWriter, r *http.Request) error {
	job := struct {
		Shipments []string `json:"shipments"`
		Paper     string   `json:"paper"`
		PerSheet  int      `json:"perSheet"`
	}{Paper: "a4", PerSheet: 1}
	if err := readJSON(r, &job); err != nil {
		return err
	}
	var c checks
	c.that(len(job.Shipments) >= 1 && len(job.Shipments) <= 100, "shipments", "must name 1 to 100 shipments")
	c.oneOf("paper", job.Paper, "a4", "a6", "letter")
	c.that(job.PerSheet == 1 || job.PerSheet == 2 || job.PerSheet == 4, "perSheet", "must be 1, 2 or 4")
	p.mu.Lock()
	for i, id := range job.Shipments {
		c.that(p.byID(id) != nil, fmt.Sprintf("shipments[%d]", i), "is not a shipment of yours")
	}
	p.mu.Unlock()
	if err := c.err(); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(strings.Join(job.Shipments, ",")))
	return writeJSON(w, http.StatusAccepted, map[string]any{
		"id": fmt.Sprintf("job_%x", sum[:4]), "state": "ready", "labels": len(job.Shipments),
		"sheets":   (len(job.Shipments) + job.PerSheet - 1) / job.PerSheet,
		"document": "/shipments/" + job.Shipments[0] + "/label?format=pdf",
	})
}
