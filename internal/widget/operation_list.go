package widget

import (
	"context"

	"github.com/portico-portal/portico/internal/widget/reference"
)

// OperationList lists an API's operations by tag.
type OperationList struct {
	GroupByTag     bool      `json:"defaultGroupByTagToEnabled" label:"Grouped by tag"`
	ShowPath       bool      `json:"defaultShowUrlPath" label:"Paths instead of names"`
	TogglePath     bool      `json:"showToggleUrlPath" label:"Visitors may switch to paths"`
	AllExpanded    bool      `json:"defaultAllGroupTagsExpanded" label:"All groups open"`
	AllowSelection bool      `json:"allowSelection" label:"Mark the current one"`
	Wrap           bool      `json:"wrapText" label:"Wrap long names"`
	Details        Hyperlink `json:"detailsPageHyperlink" label:"Page of an operation"`
}

var operationList = Widget{
	Type: "operationList", Label: "API: operations", Defaults: OperationList{GroupByTag: true, AllowSelection: true},
	Needs: Needs{API: true},
	CSS:   []string{"reference"},
	Query: []string{"group", "q", "show"},
	Load:  loadOperationList,
}

func loadOperationList(ctx context.Context, in *Input) (any, error) {
	if in.Text {
		return nil, nil
	}
	p := props[OperationList](in)
	look := reference.ListLook{ByTag: p.GroupByTag, Paths: p.ShowPath, AllOpen: p.AllExpanded, MarkCurrent: p.AllowSelection, Wrap: p.Wrap}
	if p.TogglePath {
		look.Toggle = in.Params.Path
	}
	return in.operations(ctx, look)
}

func (in *Input) operations(ctx context.Context, look reference.ListLook) (*reference.List, error) {
	r, err := in.reference(ctx)
	if err != nil {
		return nil, err
	}
	return r.List(ctx, look, reference.ListQuery{Current: in.Params.Operation, Query: in.Query()})
}

// OperationGroup answers [address.GroupPart]: with ?group={tag id} the operations of one
// group, with ?q={text} those that match, grouped; both as the list shows them.
func OperationGroup(ctx context.Context, r Render) ([]byte, error) {
	in := r.input()
	v, err := in.operations(ctx, reference.ListLook{ByTag: true, MarkCurrent: true})
	if err != nil {
		return nil, err
	}
	v.Only()
	return execute("operation_groups", frame{Input: in, V: v})
}
