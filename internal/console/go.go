package console

import (
	"fmt"
	"strconv"
	"strings"
)

// golang renders a program for Go and its standard library.
func golang(c call) string {
	var out strings.Builder
	imports, body := golangBody(c)
	out.WriteString("package main\n\nimport (\n")
	for _, name := range imports {
		fmt.Fprintf(&out, "\t%q\n", name)
	}
	out.WriteString(")\n\nfunc main() {\n")
	argument := "nil"
	if body != "" {
		out.WriteString(body)
		argument = "body"
	}
	fmt.Fprintf(&out, "\trequest, err := http.NewRequest(%s, %s, %s)\n", strconv.Quote(c.method), strconv.Quote(c.url), argument)
	out.WriteString("\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n")
	for _, h := range c.headers {
		fmt.Fprintf(&out, "\trequest.Header.Set(%s, %s)\n", strconv.Quote(h.Name), strconv.Quote(h.Value))
	}
	out.WriteString(`
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode)
	fmt.Println(string(answer))
}
`)
	return out.String()
}

// golangBody is the statements that set body, and the imports of the program.
func golangBody(c call) (imports []string, statements string) {
	if len(c.body) == 0 {
		return []string{"fmt", "io", "log", "net/http"}, ""
	}
	imports = []string{"fmt", "io", "log", "net/http", "strings"}
	text, ok := c.text()
	switch {
	case !ok:
		imports = append([]string{"encoding/base64"}, imports...)
		return imports, fmt.Sprintf("\tbody := base64.NewDecoder(base64.StdEncoding, strings.NewReader(%q))\n", c.base64())
	case isBlock(text) && !strings.Contains(text, "`"):
		return imports, "\tbody := strings.NewReader(`" + text + "`)\n"
	}
	return imports, "\tbody := strings.NewReader(" + strconv.Quote(text) + ")\n"
}
