// Package media makes files that people upload safe to serve: it finds out what
// they really are, takes scripts out of SVG, and makes smaller versions of
// pictures, rotated according to their EXIF orientation.
//
// It knows nothing about sites and stores, and imports no other package of this module.
package media
