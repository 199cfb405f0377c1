// Package style compiles the stylesheet document (portal-wire.md §3.4) and
// nodes' local styles to CSS.
//
// Colours, fonts, shadows and gradients become custom properties; globals and
// components become rules of classes named as widget.AppearanceClass names
// them. Values come from editors and captured sites: what could end a
// declaration or load something from elsewhere is left out.
//
// It imports only widget, for that name, and address.
package style
