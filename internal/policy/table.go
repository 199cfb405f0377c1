package policy

// table lists all policies. A new one is a file of its own and a line here.
func table() []definition {
	return []definition{
		corsPolicy,
		findAndReplacePolicy,
		forwardRequestPolicy,
		includeFragmentPolicy,
		mockResponsePolicy,
		rateLimitPolicy,
		returnResponsePolicy,
		rewriteURIPolicy,
		setBackendServicePolicy,
		setBodyPolicy,
		setHeaderPolicy,
		setQueryParameterPolicy,
		setStatusPolicy,
	}
}
