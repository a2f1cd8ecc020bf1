// Prints the configuration schemas of the components that a Collector is built of, as JSON on standard output.
//
// It is compiled in place of the main package that the OpenTelemetry Collector Builder writes, so that it has the same
// `components()` and the same modules. Standard input tells where the source of each package is: lines of
// `import/path<TAB>folder`, as `go list -deps` prints them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/collector/component"
)

type document struct {
	Components map[string]map[string]*Schema `json:"components"`
	Service    *Schema                       `json:"service"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	sources := newSources()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if path, folder, found := strings.Cut(lines.Text(), "\t"); found {
			sources.folders[path] = folder
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	factories, err := components()
	if err != nil {
		return err
	}
	out := document{Components: map[string]map[string]*Schema{
		"receivers":  schemasOf(sources, factories.Receivers),
		"processors": schemasOf(sources, factories.Processors),
		"exporters":  schemasOf(sources, factories.Exporters),
		"connectors": schemasOf(sources, factories.Connectors),
		"extensions": schemasOf(sources, factories.Extensions),
	}}
	if factories.Telemetry != nil {
		telemetry := schemaOf(sources, factories.Telemetry.CreateDefaultConfig)
		out.Service = &Schema{Type: Kinds{"object"}, Properties: map[string]*Schema{"telemetry": telemetry}}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(out)
}

func schemasOf[T component.Factory](sources *sources, factories map[component.Type]T) map[string]*Schema {
	schemas := map[string]*Schema{}
	for name, factory := range factories {
		schema := schemaOf(sources, factory.CreateDefaultConfig)
		if name != factory.Type() {
			schema.Deprecated = true
			schema.Description = strings.TrimSpace("Deprecated: use " + factory.Type().String() + ". " + schema.Description)
		}
		schemas[name.String()] = schema
	}
	return schemas
}

func schemaOf(sources *sources, create func() component.Config) *Schema {
	reflected := reflectConfig(sources, create())
	prober := &prober{sources: sources, create: create}
	prober.verify(reflected, nil)
	return reflected
}
