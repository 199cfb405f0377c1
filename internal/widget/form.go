package widget

// formField is one labelled input.
type formField struct {
	ID, Name, Type, Label, Value, Hint, Error, Complete string
}

// completions are the autocomplete values password managers go by.
var completions = map[string]string{
	"email": "username", "password": "current-password", "current": "current-password",
	"firstName": "given-name", "lastName": "family-name",
}

// Field is the frame of an input named name; label and hint are message keys.
// Its message comes from the form that was posted.
func (f frame) Field(name, inputType, label, value, hint string) frame {
	v := formField{
		ID: "in-" + name, Name: name, Type: inputType, Label: f.T(label), Value: value,
		Error: f.Form.Error(name), Complete: completions[name],
	}
	if hint != "" {
		v.Hint = f.T(hint)
	}
	if inputType == "new-password" {
		v.Type, v.Complete = "password", "new-password"
	}
	return f.With(v)
}
