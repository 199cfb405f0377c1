// Package media makes files that people upload safe to serve: it tells what they
// really are, takes scripts out of SVG, and makes smaller versions of pictures,
// turned as their EXIF orientation says.
//
// It knows nothing of sites and stores, and imports no other package of ours.
package media
