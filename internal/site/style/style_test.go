package style_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/site/style"
)

func TestTheStylesheetDocumentBecomesCSS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, document, tokens, rules string }{
		{"nothing", `null`, "", ""},
		{"own tokens in light and dark", `{"tokens":{"accent":{"light":"oklch(0.5 0.2 20)","dark":"#faa"},"r":"4px"}}`, ":root{--accent:light-dark(oklch(0.5 0.2 20),#faa);--r:4px}", ""},
		{"colours", `{"colors":{"brand":{"id":"colors/brand","displayName":"Brand","value":"rgba(1,2,3,0.5)"}}}`, ":root{--colors-brand:rgba(1,2,3,0.5);color-scheme:light}", ".color-colors-brand{color:var(--colors-brand)}"},
		{"fonts", `{"fonts":{"default":{"family":"Fira Sans","displayName":"x"}}}`, `:root{--fonts-default:"Fira Sans",var(--font)}`, ""},
		{"shadows", `{"shadows":{"s":{"offsetX":0,"offsetY":2,"blur":4,"spread":0,"color":"#0003"}}}`, ":root{--shadows-s:0 2px 4px 0 #0003}", ""},
		{"a dark value", `{"colors":{"x":{"value":"#fff","dark":"#000"}}}`, ":root{--colors-x:light-dark(#fff,#000)}", ".color-colors-x{color:var(--colors-x)}"},
		{"gradients", `{"gradients":{"a":{"direction":"45deg","stops":[{"colorId":"colors/x","length":0},{"color":"red","length":100}]},"b":{"type":"radial-gradient","stops":[{"color":"red"},{"color":"blue"}]},"c":{"stops":[]}}}`,
			":root{--gradients-a:linear-gradient(45deg,var(--colors-x) 0%,red 100%);--gradients-b:radial-gradient(red,blue)}", ""},
		{"an inner shadow", `{"shadows":{"s":{"offsetX":1,"offsetY":1,"inset":true,"color":"red"}}}`, ":root{--shadows-s:inset 1px 1px 0 0 red}", ""},
		{"animations", `{"animations":{"fade":{"keyframes":[{"offset":0,"opacity":0},{"offset":"100%","opacity":1,"transform":{"translate":{"x":5},"rotate":90}}]},"bad":{"keyframes":[{"offset":"0%}x{","opacity":1}]}}}`, "",
			"@media (prefers-reduced-motion:no-preference){@keyframes animations-fade{0%{opacity:0}100%{opacity:1;transform:translateX(5px) rotate(90deg)}}}"},
		{"files of fonts", `{"fonts":{"own":{"family":"Own Face","variants":[{"file":"/fonts/own-bold.woff2","weight":"700","style":"normal"},{"file":"https://e.example/x.woff2"},{"sourceId":"fonts/../x"}]}}}`, `:root{--fonts-own:"Own Face",var(--font)}`,
			`@font-face{font-family:"Own Face";font-display:swap;src:url("/fonts/own-bold.woff2");font-style:normal;font-weight:700}`},
		{"utilities", `{"utils":{"content":{"alignLeft":{"alignment":{"horizontal":"left"}}}}}`, "", ".content-alignLeft{display:flex;flex-wrap:wrap;justify-content:start}"},
		{"globals and their variations", `{"globals":{"h1":{"default":{"typography":{"fontSize":30,"fontWeight":700,"colorId":"colors/brand"}},"big":{"typography":{"fontSize":"3rem"}}}}}`, "",
			"h1.globals-h1-big{font-size:3rem}h1{font-size:30px;font-weight:700;color:var(--colors-brand)}"},
		{"components, their states and parts", `{"components":{"button":{"primary":{"background":{"colorKey":"colors/b"},"hover":{"typography":{"textDecoration":"none"}}},"default":{"padding":{"top":8,"left":"1em"}}},"card":{"default":{"components":{"h1":{"default":{"margin":{"top":0}}}}}}}}`, "",
			".button{padding-top:8px;padding-left:1em}.button-primary{background-color:var(--colors-b)}.button-primary:hover{text-decoration:none}.card .h1{margin-top:0}"},
		{"what could end a declaration or load something is left out", `{"tokens":{"a":"red;}body{display:none","b":"url(//e.example)","c":"</style><script>","d":"expression(x)","e":"calc(1px","f":"\\75 rl(x)","g":"@import x"},"colors":{"x":{"value":"red}"}}}`, ":root{color-scheme:light}", ".color-colors-x{color:var(--colors-x)}"},
		{"names are made safe", `{"colors":{"a b{}</style>":{"value":"red"}}}`, ":root{--colors-a-b-style:red;color-scheme:light}", ".color-colors-a-b-style{color:var(--colors-a-b-style)}"},
		{"wrong types", `{"colors":[],"fonts":7,"components":{"button":[1]},"globals":"x"}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := style.Compile(json.RawMessage(c.document), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.Tokens != c.tokens || string(got.Rules) != c.rules {
				t.Errorf("tokens %s\nrules %s\nwant\n%s\n%s", got.Tokens, got.Rules, c.tokens, c.rules)
			}
		})
	}
	if _, err := style.Compile(json.RawMessage(`[1]`), nil); err == nil {
		t.Error("a stylesheet that is no object compiles")
	}
}

func TestLocalStylesBecomeAClass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ styles, want string }{
		"only an appearance":  {`{"appearance":"components/card/default"}`, ""},
		"nothing":             {`null`, ""},
		"padding":             {`{"padding":{"top":8,"bottom":"2em"}}`, "&{padding-top:8px;padding-bottom:2em}"},
		"in instance":         {`{"instance":{"key":"x","margin":{"left":4}}}`, "&{margin-left:4px}"},
		"a grid by width":     {`{"grid":{"xs":{"cols":["1fr"]},"md":{"cols":["280px","minmax(0, 1fr)"],"colGap":16}}}`, "&{display:grid;grid-template-columns:1fr}@media (min-width:768px){&{display:grid;grid-template-columns:280px minmax(0, 1fr);column-gap:16px}}"},
		"a place in a grid":   {`{"grid-area":{"xs":{"x":1,"y":2,"w":3,"h":1}}}`, "&{grid-column:1/span 3;grid-row:2/span 1}"},
		"alignment":           {`{"alignment":{"horizontal":"center","vertical":"end"}}`, "&{display:flex;flex-wrap:wrap;justify-content:center;align-items:end}"},
		"a border":            {`{"border":{"top":{"width":1,"style":"solid","colorId":"colors/x"}},"borderRadius":{"topLeftRadius":4}}`, "&{border-top-width:1px;border-top-style:solid;border-top-color:var(--colors-x);border-top-left-radius:4px}"},
		"a transform":         {`{"transform":{"translate":{"x":"10px"},"scale":{"x":2},"rotate":{"angle":45},"skew":{"y":5}}}`, "&{transform:translateX(10px) scaleX(2) rotate(45deg) skewY(5deg)}"},
		"a place over others": {`{"position":{"position":"absolute","top":4,"zIndex":3}}`, "&{position:absolute;top:4px;z-index:3}"},
		"a sticky container":  {`{"container":{"position":"sticky","overflow":"hidden"}}`, "&{overflow:hidden;position:sticky;top:0;z-index:5}"},
		"an animation":        {`{"animation":{"animationId":"animations/fade","duration":2,"timingFunction":"ease-in","iterationCount":3}}`, "&{animation:animations-fade 2s ease-in 3}"},
		"hidden when narrow":  {`{"display":{"xs":{"display":"none"},"md":{"display":"block"}}}`, "&{display:none}@media (min-width:768px){&{display:block}}"},
		"a picture behind":    {`{"background":{"sourceId":"contentTypes/blob/contentItems/hero","size":"cover"}}`, `&{background-image:url("` + style.MediaPath("/contentTypes/blob/contentItems/HERO") + `");background-size:cover}`},
		"harm":                {`{"size":{"width":"1px;background:url(x)"},"grid":{"cols":["1fr}*{display:none"]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			class, css := style.Class(json.RawMessage(c.styles))
			if got := strings.ReplaceAll(css, "."+class, "&"); c.want == "" && class+css != "" || c.want != "" && got != c.want {
				t.Errorf("class %q: %s, want %s", class, got, c.want)
			}
			again, _ := style.Class(json.RawMessage(c.styles))
			if again != class {
				t.Errorf("the class changes: %s, %s", class, again)
			}
		})
	}
}

func FuzzCompile(f *testing.F) {
	f.Add([]byte(`{"tokens":{"a":"red"},"colors":{"x":{"value":"}</style>"}},"components":{"button":{"default":{"size":{"width":"1px"}}}}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		defer cost.Bound(t, len(document))()
		sheet, err := style.Compile(document, nil)
		if err != nil {
			return
		}
		css := sheet.Tokens + string(sheet.Rules)
		if strings.Contains(css, "<") || strings.Contains(strings.NewReplacer(`url("/fonts/`, "", `url("/content/-/`, "").Replace(strings.ToLower(css)), "url(") || strings.Count(css, "{") != strings.Count(css, "}") {
			t.Fatalf("%s becomes %s", document, css)
		}
	})
}

func TestRulesThatNothingUsesAreLeftOut(t *testing.T) {
	t.Parallel()
	const document = `{
		"colors":{"a":{"value":"red"},"b":{"value":"blue"}},
		"utils":{"text":{"big":{"typography":{"fontSize":30}},"small":{"typography":{"fontSize":8}}}},
		"globals":{"h1":{"default":{"typography":{"fontSize":31}},"hero":{"typography":{"fontSize":60}},"other":{"typography":{"fontSize":61}}}},
		"components":{"button":{"default":{"padding":{"top":1}},"primary":{"padding":{"top":2}},"danger":{"padding":{"top":3},"hover":{"padding":{"top":4}}}}}}`
	used := map[string]bool{"colors-b": true, "text-big": true, "globals-h1-hero": true, "button-primary": true}
	got, err := style.Compile(json.RawMessage(document), func(class string) bool { return used[class] })
	const want = "h1{font-size:31px}h1.globals-h1-hero{font-size:60px}.button{padding-top:1px}.button-primary{padding-top:2px}.text-big{font-size:30px}.color-colors-b{color:var(--colors-b)}"
	if err != nil || string(got.Rules) != want {
		t.Errorf("rules %s, %v\nwant  %s", got.Rules, err, want)
	}
	if !strings.Contains(got.Tokens, "--colors-a:red") {
		t.Errorf("tokens %s", got.Tokens)
	}
}

func TestStylesThatMeanNothingAreTold(t *testing.T) {
	t.Parallel()
	names := style.ReadNames(json.RawMessage(`{"colors":{"a":{"value":"red"}},"components":{"button":{"primary":{}}},"fonts":{"f":{}}}`))
	for styles, want := range map[string]string{
		`{"appearance":"components/button/primary","background":{"colorKey":"colors/a"},"typography":{"fontId":"fonts/f"}}`: "",
		`{"instance":{"key":"anything/else","padding":{"top":1}},"xs":{},"grid":{"md":{"cols":["1fr"]}}}`:                   "",
		`{"appearance":"components/card/default"}`:                                                      "", // the engine's own look
		`{"appearance":"components/button/glowing"}`:                                                    "The stylesheet has no components/button/glowing.",
		`{"border":{"top":{"colorId":"colors/none"}},"sparkle":{"much":true},"instance":{"glitter":1}}`: "Styles that mean nothing: glitter, sparkle. The stylesheet has no colors/none.",
		`[]`: "", `null`: "", `"x"`: "",
	} {
		if got := strings.Join(names.Check(json.RawMessage(styles)), " "); got != want {
			t.Errorf("%s: %q, want %q", styles, got, want)
		}
	}
	if got := style.ReadNames(nil).Check(json.RawMessage(`{"appearance":"components/x/y","sparkle":1}`)); len(got) != 1 {
		t.Errorf("without a stylesheet: %q", got)
	}
}
