package management

import (
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// checkGroup protects the built-in groups, and refuses others like them.
func checkGroup(w *write) error {
	if w.old != nil {
		if err := errors.Join(refuseBuiltIn(w.old), w.guardRights(w.tx, w.ref)); err != nil {
			return err
		}
	}
	g := w.resource.(*apim.Group)
	g.BuiltIn = false
	if g.Type == "system" {
		return apim.Invalid("type", "type must be custom or external.")
	}
	if g.Type == "external" && g.ExternalID == "" {
		return apim.Invalid("externalId", "externalId is required for an external group.")
	}
	return nil
}

func removeGroup(c *call, tx *store.Tx, doc *store.Document) error {
	return errors.Join(refuseBuiltIn(doc), c.guardRights(tx, doc.Ref))
}

func refuseBuiltIn(doc *store.Document) error {
	var g apim.Group
	if err := doc.Decode(&g); err != nil {
		return err
	}
	if g.BuiltIn {
		return &apim.ConflictError{Code: "OperationNotAllowed", Message: fmt.Sprintf("The group %q is built in and cannot be changed or deleted.", doc.Name)}
	}
	return nil
}

// linkGroup refuses to change the members of groups that depend on being signed
// in, and leaves those of groups that give rights to who may assign roles.
func linkGroup(c *call, tx *store.Tx) error {
	if name := c.ref.Name(); name.Same(apim.Guests) || name.Same(apim.Developers) {
		return &apim.ConflictError{Code: "OperationNotAllowed", Message: fmt.Sprintf("The members of the group %q cannot be chosen: it is made up of everyone who is signed in, or of everyone who is not.", name)}
	}
	return c.guardRights(tx, c.ref)
}
