package gate

import "bytes"

// XML refuses text with more elements and attributes than its reader should keep:
// the attributes of one element are all read at once. How deep elements stand is
// for who reads them one by one to count, up to [Depth].
func XML(data []byte) error {
	if n := bytes.Count(data, []byte("<")) + bytes.Count(data, []byte("=")); n > xmlParts {
		return refuse(0, "XML may have %d signs < and =; this has %d.", xmlParts, n)
	}
	return nil
}
