package widget

import (
	"context"
	"regexp"

	"github.com/portico-portal/portico/internal/address"
)

// VideoPlayer plays a file of the media library.
type VideoPlayer struct {
	SourceID  string `json:"sourceId" label:"Video"`
	SourceURL string `json:"sourceUrl" label:"-"`
	PosterID  string `json:"posterSourceId" label:"Picture before it plays"`
	PosterURL string `json:"posterSourceUrl" label:"-"`
	Controls  bool   `json:"controls" label:"Controls"`
	Autoplay  bool   `json:"autoplay" label:"-"` // nothing moves unless its reader wants it
	Muted     bool   `json:"muted" label:"Without sound"`
	Loop      bool   `json:"loop" label:"Again and again"`
	Caption   string `json:"caption" label:"Description"`
}

var videoPlayer = Widget{
	Type: "video-player", Label: "Video", Defaults: VideoPlayer{Controls: true}, CSS: []string{"parts"}, Load: loadVideoPlayer,
}

type videoView struct {
	Src, Poster, Caption string
	Muted, Loop          bool
}

func loadVideoPlayer(_ context.Context, in *Input) (any, error) {
	p := props[VideoPlayer](in)
	v := videoView{Src: in.media(p.SourceID, p.SourceURL), Poster: in.media(p.PosterID, p.PosterURL), Caption: p.Caption, Muted: p.Muted, Loop: p.Loop}
	if v.Src == "" {
		return nil, nil
	}
	return v, nil
}

// media is the address of a medium: its item's, else the one written down if it
// is on this portal, since nothing is loaded from elsewhere.
func (in *Input) media(id, written string) string {
	if id != "" {
		if href, ok := in.Data.Link(id); ok {
			return href
		}
	}
	if address.IsLocal(written) {
		return written
	}
	return ""
}

// YouTubePlayer leads to a video on YouTube: a page loads nothing from elsewhere.
type YouTubePlayer struct {
	VideoID  string `json:"videoId" label:"Video"`
	Caption  string `json:"caption" label:"Description"`
	Origin   string `json:"origin" label:"-"`
	Controls bool   `json:"controls" label:"-"`
	Autoplay bool   `json:"autoplay" label:"-"`
	Loop     bool   `json:"loop" label:"-"`
}

var youtubePlayer = Widget{
	Type: "youtube-player", Label: "Video on YouTube", Defaults: YouTubePlayer{}, CSS: []string{"parts"}, Load: loadYouTubePlayer,
}

var videoID = regexp.MustCompile(`^[A-Za-z0-9_-]{5,20}$`)

// outsideView is a link to something that lies elsewhere, in the place where it would be shown.
type outsideView struct{ Href, Label, Text string }

func loadYouTubePlayer(_ context.Context, in *Input) (any, error) {
	p := props[YouTubePlayer](in)
	if !videoID.MatchString(p.VideoID) {
		return nil, nil
	}
	return outsideView{"https://www.youtube.com/watch?v=" + p.VideoID, in.T("video.watch"), p.Caption}, nil
}
