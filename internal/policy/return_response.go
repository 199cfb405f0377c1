package policy

// returnResponsePolicy ends the call with a response made here: status 200
// without a body, unless its set-status, set-header and set-body say otherwise.
var returnResponsePolicy = definition{
	name: "return-response", sections: anywhere, holds: responseParts,
	unbuilt: []string{"response-variable-name"}, parse: parseReturnResponse,
}

var responseParts = &holds{only: []string{"set-status", "set-header", "set-body"}}

type returnResponse struct{ policies []placed }

func parseReturnResponse(p *parser, el *element) Step {
	p.attrs(el)
	seen := map[string]bool{}
	for _, child := range el.children {
		if seen[child.name] && child.name != "set-header" {
			p.fault(child, "the element may appear only once inside 'return-response'.")
		}
		seen[child.name] = true
	}
	return &returnResponse{p.block(el, responseParts)[0]}
}

func (r *returnResponse) held() []placed { return r.policies }

func (r *returnResponse) Run(ex *Exchange) (bool, error) {
	ex.Respond(statusOK)
	_, err := ex.run(r.policies)
	return true, err
}

func (r *returnResponse) String() string { return "return-response" + bracketed(r.policies) }
