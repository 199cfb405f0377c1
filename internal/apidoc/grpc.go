package apidoc

import (
	"context"
	"errors"
	"fmt"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/gate"
)

// fromProto outlines a .proto file: each method of each service is a POST to
// /package.Service/Method, as gRPC has it.
func fromProto(ctx context.Context, data []byte) (*outline, error) {
	const name = "api.proto"
	if err := gate.Proto(string(data)); err != nil {
		return nil, apim.Invalid("value", sentence(err))
	}
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
		Accessor: protocompile.SourceAccessorFromMap(map[string]string{name: string(data)}),
	}), SourceInfoMode: protocompile.SourceInfoStandard}
	files, err := compiler.Compile(ctx, name)
	var at reporter.ErrorWithPos
	switch {
	case errors.As(err, &at):
		pos := at.GetPosition()
		return nil, apim.Invalid("value", fmt.Sprintf("Line %d, column %d: %v.", pos.Line, pos.Col, at.Unwrap()))
	case err != nil:
		return nil, apim.Invalid("value", fmt.Sprintf("The .proto file cannot be read: %v.", err))
	}
	file := files[0]
	o := newOutline(len(data), string(file.Package()), "", "")
	for i := range file.Services().Len() {
		service := file.Services().Get(i)
		if o.title == "" {
			o.title = string(service.Name())
		}
		for j := range service.Methods().Len() {
			m := service.Methods().Get(j)
			body := []outlinedBody{{media: "application/grpc"}}
			o.add(&outlined{
				method: "POST", path: "/" + string(service.FullName()) + "/" + string(m.Name()),
				id: string(service.Name()) + "-" + string(m.Name()), summary: string(m.Name()), text: comment(file, m),
				requests: body, responses: map[string][]outlinedBody{"200": body},
			})
		}
	}
	if len(o.operations) == 0 {
		return nil, apim.Invalid("value", "The .proto file declares no service with methods.")
	}
	return o, nil
}

func comment(file protoreflect.FileDescriptor, d protoreflect.Descriptor) string {
	return file.SourceLocations().ByDescriptor(d).LeadingComments
}
