package policy

// Description describes a policy to publishers.
type Description struct {
	Name string
	// Text is a sentence saying what it does.
	Text string
	// Sections are where it may stand.
	Sections Section
	// Runs reports whether this gateway runs it. A document with one that is
	// not run is kept, and the calls it applies to are refused.
	Runs bool

	holds *holds // the policies it may contain; nil: none
}

const anywhere = Inbound | Backend | Outbound | OnError

// known lists the policies of the format, whether or not this gateway runs them
// (apim-rest.md Part 4).
var known = []Description{
	{Name: "authentication-basic", Sections: Inbound, Text: "Signs in to the backend with a user name and a password."},
	{Name: "authentication-certificate", Sections: Inbound, Text: "Signs in to the backend with a client certificate."},
	{Name: "authentication-managed-identity", Sections: Inbound, Text: "Signs in to the backend with a token of the gateway's own identity."},
	{Name: "azure-openai-emit-token-metric", Sections: Inbound, Text: "Counts the tokens that calls to a language model use."},
	{Name: "azure-openai-semantic-cache-lookup", Sections: Inbound, Text: "Answers from the cache when a similar prompt was answered before."},
	{Name: "azure-openai-semantic-cache-store", Sections: Outbound, Text: "Keeps a language model's answer for similar prompts."},
	{Name: "azure-openai-token-limit", Sections: Inbound, Text: "Limits how many tokens of a language model a key may use."},
	{Name: "cache-lookup", Sections: Inbound, Text: "Answers from the cache when the response is there."},
	{Name: "cache-lookup-value", Sections: anywhere, Text: "Reads a value from the cache into a variable."},
	{Name: "cache-remove-value", Sections: anywhere, Text: "Removes a value from the cache."},
	{Name: "cache-store", Sections: Outbound, Text: "Keeps the response in the cache."},
	{Name: "cache-store-value", Sections: anywhere, Text: "Keeps a value in the cache."},
	{Name: "check-header", Sections: Inbound, Text: "Requires a header, and one of the given values for it."},
	{Name: "choose", Sections: anywhere, holds: &holds{inside: []string{"when", "otherwise"}}, Text: "Runs the policies of the first condition that is true."},
	{Name: "cors", Sections: Inbound, Text: "Lets pages of other origins call the API, and answers preflight requests."},
	{Name: "cosmosdb-data-source", Sections: Backend, Text: "Resolves a GraphQL field from a database of documents."},
	{Name: "cross-domain", Sections: Inbound, Text: "Serves a cross-domain policy file for older browser plug-ins."},
	{Name: "emit-metric", Sections: anywhere, Text: "Sends a custom metric."},
	{Name: "find-and-replace", Sections: anywhere, Text: "Replaces a text in the body of the request or the response."},
	{Name: "forward-request", Sections: Backend, Text: "Sends the request to the backend."},
	{Name: "get-authorization-context", Sections: Inbound, Text: "Fetches a token of a credential provider into a variable."},
	{Name: "http-data-source", Sections: Backend, Text: "Resolves a GraphQL field by an HTTP request."},
	{Name: "include-fragment", Sections: anywhere, Text: "Stands for the policies of a policy fragment."},
	{Name: "invoke-dapr-binding", Sections: anywhere, Text: "Calls a Dapr binding beside the gateway."},
	{Name: "invoke-request", Sections: anywhere, Text: "Invokes a request of a GraphQL resolver."},
	{Name: "ip-filter", Sections: Inbound, Text: "Lets calls from the given addresses in, or keeps them out."},
	{Name: "json-to-xml", Sections: anywhere, Text: "Turns a JSON body into XML."},
	{Name: "jsonp", Sections: Outbound, Text: "Wraps a JSON response in a call of the function the client names."},
	{Name: "limit-concurrency", Sections: anywhere, holds: new(holds), Text: "Runs its policies for a limited number of calls at a time."},
	{Name: "llm-content-safety", Sections: Inbound, Text: "Has prompts checked before a language model sees them."},
	{Name: "llm-emit-token-metric", Sections: Inbound, Text: "Counts the tokens that calls to a language model use."},
	{Name: "llm-semantic-cache-lookup", Sections: Inbound, Text: "Answers from the cache when a similar prompt was answered before."},
	{Name: "llm-semantic-cache-store", Sections: Outbound, Text: "Keeps a language model's answer for similar prompts."},
	{Name: "llm-token-limit", Sections: Inbound, Text: "Limits how many tokens of a language model a key may use."},
	{Name: "log-to-eventhub", Sections: anywhere, Text: "Sends a message to the event hub of a logger."},
	{Name: "mock-response", Sections: Inbound | Outbound | OnError, Text: "Answers with an example of the operation's description."},
	{Name: "proxy", Sections: Inbound, Text: "Sends requests to the backend through an HTTP proxy."},
	{Name: "publish-event", Sections: anywhere, Text: "Tells the subscribers of a GraphQL subscription."},
	{Name: "publish-to-dapr", Sections: anywhere, Text: "Sends a message to a Dapr topic beside the gateway."},
	{Name: "quota", Sections: Inbound, Text: "Limits a subscription's calls or bandwidth over a period, or for good."},
	{Name: "quota-by-key", Sections: Inbound, Text: "Limits calls or bandwidth by a key, over a period or for good."},
	{Name: "rate-limit", Sections: Inbound, Text: "Limits how often a subscription may call in a short time."},
	{Name: "rate-limit-by-key", Sections: Inbound, Text: "Limits how often calls with the same key may come in a short time."},
	{Name: "redirect-content-urls", Sections: Inbound | Outbound, Text: "Rewrites links in bodies so that they lead to the gateway."},
	{Name: "retry", Sections: anywhere, holds: new(holds), Text: "Runs its policies again while a condition is true."},
	{Name: "return-response", Sections: anywhere, Text: "Ends the call with a response made here."},
	{Name: "rewrite-uri", Sections: Inbound, Text: "Gives the request the path that the backend knows."},
	{Name: "send-one-way-request", Sections: anywhere, Text: "Sends a request without waiting for the response."},
	{Name: "send-request", Sections: anywhere, Text: "Sends a request and keeps the response in a variable."},
	{Name: "send-service-bus-message", Sections: anywhere, Text: "Sends a message to a queue or topic."},
	{Name: "set-backend-service", Sections: Inbound | Backend, Text: "Sends the request to another backend."},
	{Name: "set-body", Sections: anywhere, Text: "Gives the request or the response a body."},
	{Name: "set-graphql-response", Sections: anywhere, Text: "Gives a GraphQL resolver's response."},
	{Name: "set-header", Sections: anywhere, Text: "Sets, adds or removes a header."},
	{Name: "set-method", Sections: Inbound | OnError, Text: "Changes the method of the request."},
	{Name: "set-query-parameter", Sections: Inbound | Backend, Text: "Sets, adds or removes a query parameter."},
	{Name: "set-status", Sections: anywhere, Text: "Sets the status of the response."},
	{Name: "set-variable", Sections: anywhere, Text: "Keeps a value in a variable of the call."},
	{Name: "sql-data-source", Sections: Backend, Text: "Resolves a GraphQL field from a relational database."},
	{Name: "trace", Sections: anywhere, Text: "Adds a line to the trace of the call."},
	{Name: "validate-azure-ad-token", Sections: Inbound, Text: "Requires a valid token of Microsoft Entra ID."},
	{Name: "validate-client-certificate", Sections: Inbound, Text: "Requires a valid client certificate."},
	{Name: "validate-content", Sections: Inbound | Outbound | OnError, Text: "Compares bodies with the schemas of the API."},
	{Name: "validate-graphql-request", Sections: Inbound, Text: "Limits the depth and size of GraphQL queries and who may ask for what."},
	{Name: "validate-headers", Sections: Outbound | OnError, Text: "Compares the headers of responses with the description of the API."},
	{Name: "validate-jwt", Sections: Inbound, Text: "Requires a valid JSON Web Token."},
	{Name: "validate-odata-request", Sections: Inbound, Text: "Compares requests with the OData metadata of the API."},
	{Name: "validate-parameters", Sections: Inbound, Text: "Compares the parameters of requests with the description of the API."},
	{Name: "validate-status-code", Sections: Outbound | OnError, Text: "Compares the status of responses with the description of the API."},
	{Name: "wait", Sections: anywhere, holds: new(holds), Text: "Runs its policies side by side and waits for one or all of them."},
	{Name: "xml-to-json", Sections: anywhere, Text: "Turns an XML body into JSON."},
	{Name: "xsl-transform", Sections: anywhere, Text: "Transforms an XML body with a style sheet."},
}

// Known lists the policies that documents may contain, by name.
func Known() []Description {
	runs := map[string]bool{}
	for _, d := range table() {
		runs[d.name] = true
	}
	all := append([]Description(nil), known...)
	for i := range all {
		all[i].Runs = runs[all[i].Name]
	}
	return all
}
