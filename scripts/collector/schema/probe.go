package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
)

// prober asks the component itself: a schema that is stricter than what the component takes would make findings where
// nothing is wrong. What the tags tell is loosened until the component agrees.
type prober struct {
	sources *sources
	create  func() component.Config
}

const (
	unknownKey = "drover_probe"
	// Stands for any key of a map, and for an entry of a list.
	anyKey  = "drover_any"
	anyItem = "\x00item"
)

// decode puts a value at a path of an otherwise empty configuration and has the component read it.
func (p *prober) decode(path []string, value any) (config component.Config, err error) {
	for _, step := range slices.Backward(path) {
		if step == anyItem {
			value = []any{value}
		} else {
			value = map[string]any{step: value}
		}
	}
	root, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a configuration is a map, not %T", value)
	}
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("panic: %v", problem)
		}
	}()
	config = p.create()
	err = confmap.NewFromStringMap(root).Unmarshal(&config)
	return config, err
}

func (p *prober) accepts(path []string, value any) bool {
	_, err := p.decode(path, value)
	return err == nil
}

// verify loosens a schema, and all that is below it, to what the component takes.
func (p *prober) verify(schema *Schema, path []string) {
	if len(schema.Type) > 0 && len(path) > 0 {
		p.widen(schema, path)
	}
	if isStruct := schema.Properties != nil; isStruct {
		p.verifyKeys(schema, path)
	}
	for name, property := range schema.Properties {
		p.verify(property, append(slices.Clone(path), name))
	}
	if values, ok := schema.AdditionalProperties.(*Schema); ok {
		p.verify(values, append(slices.Clone(path), anyKey))
	}
	if schema.Items != nil {
		p.verify(schema.Items, append(slices.Clone(path), anyItem))
	}
}

// verifyKeys finds whether unknown keys are refused, and names that a type takes without a tag for them.
func (p *prober) verifyKeys(schema *Schema, path []string) {
	_, err := p.decode(path, map[string]any{unknownKey: "x"})
	isRefused := err != nil && strings.Contains(err.Error(), unknownKey) && p.accepts(path, map[string]any{})
	knows := p.takes
	if !isRefused {
		schema.AdditionalProperties = nil
		schema.Unchecked = true
		knows = p.refusesSome
		// Without tags the names are those of Go, which the component does not know.
		maps.DeleteFunc(schema.Properties, func(name string, _ *Schema) bool { return name != strings.ToLower(name) })
		if err != nil {
			return
		}
	}
	for _, reader := range schema.readers {
		for _, name := range p.sources.literals(reader.PkgPath()) {
			if schema.Properties[name] == nil && isName(name) && knows(path, name) {
				schema.Properties[name] = p.hiddenSchema(schema, path, name)
			}
		}
	}
	if !isRefused {
		return
	}
	for name := range schema.Properties {
		_, err := p.decode(path, map[string]any{name: nil})
		if err == nil {
			continue
		}
		if name != strings.ToLower(name) {
			// A field without a tag, by a name that is refused: the type reads its fields by names that are not told.
			schema.AdditionalProperties = nil
			schema.Unchecked = true
			schema.Properties = nil
			return
		}
		if strings.Contains(err.Error(), "invalid keys") {
			delete(schema.Properties, name)
		}
	}
}

var anything = []any{nil, map[string]any{}, []any{}, "", "drover", 1, true}

func (p *prober) takes(path []string, name string) bool {
	return slices.ContainsFunc(anything, func(value any) bool { return p.accepts(path, map[string]any{name: value}) })
}

// refusesSome tells a name that is read from one that is ignored, where every name is taken.
func (p *prober) refusesSome(path []string, name string) bool {
	return slices.ContainsFunc(anything, func(value any) bool { return !p.accepts(path, map[string]any{name: value}) })
}

// hiddenSchema describes a key that no tag names: a map of components where a field for one is filled, a value of the
// one simple kind that is taken, else anything.
func (p *prober) hiddenSchema(schema *Schema, path []string, name string) *Schema {
	if kinds := p.kindsAt(append(slices.Clone(path), name)); len(kinds) == 1 && kinds[0] != "object" && kinds[0] != "array" {
		return &Schema{Type: kinds}
	}
	if len(path) > 0 {
		return unchecked()
	}
	for _, field := range schema.hidden {
		if field.Type.Kind() != reflect.Map || field.Type.Elem().Kind() != reflect.Interface {
			continue
		}
		parts := map[string]*Schema{}
		for _, part := range p.sources.treeLiterals(schema.goType.PkgPath()) {
			if !isName(part) {
				continue
			}
			config, err := p.decode([]string{name}, map[string]any{part: map[string]any{}})
			if err != nil {
				continue
			}
			held := reflect.ValueOf(config).Elem().FieldByIndex(field.Index)
			for iterator := held.MapRange(); iterator.Next(); {
				if fmt.Sprint(iterator.Key().Interface()) == part {
					parts[part] = reflectConfig(p.sources, iterator.Value().Interface())
				}
			}
		}
		if len(parts) > 0 {
			text, _ := p.sources.describeField(schema.goType, field.Name, name)
			return &Schema{Type: Kinds{"object"}, Properties: parts, AdditionalProperties: false, Description: text}
		}
	}
	return unchecked()
}

var samples = map[string][]any{
	"string":  {"drover", "1", "10s"},
	"integer": {7, 1},
	"boolean": {true},
	"array":   {[]any{}, []any{map[string]any{}}, []any{"drover"}},
	"object":  {map[string]any{}, map[string]any{anyKey: "drover"}},
}

var allKinds = Kinds{"string", "integer", "boolean", "array", "object"}

// kindsAt are the kinds of values that the component takes at a path.
func (p *prober) kindsAt(path []string) Kinds {
	var kinds Kinds
	for _, kind := range allKinds {
		if slices.ContainsFunc(samples[kind], func(value any) bool { return p.accepts(path, value) }) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// widen adds the kinds of values that the component takes where the tags tell another, and the words of an enum.
func (p *prober) widen(schema *Schema, path []string) {
	own := schema.Type[0]
	isText := own == "string" && schema.Format == ""
	taken := p.kindsAt(path)
	if isText && !slices.Contains(taken, "string") {
		p.findEnum(schema, path)
	}
	if !slices.Contains(taken, own) && !(own == "number" && slices.Contains(taken, "integer")) && schema.Enum == nil {
		// It is refused for another reason than its kind: nothing is known.
		schema.Unchecked = true
		return
	}
	for _, kind := range taken {
		if kind == own || (kind == "integer" && (own == "number" || schema.Format == "duration")) {
			continue
		}
		// Text that is kept as a struct without fields takes an empty map, which means nothing.
		if isText && kind == "object" && !p.accepts(path, map[string]any{anyKey: "drover"}) {
			continue
		}
		schema.Type = append(schema.Type, kind)
	}
	if slices.Contains(schema.Type, "object") && own != "object" {
		schema.Unchecked = schema.Items == nil
	}
}

const maxEnum = 64

// findEnum tries the words in the source of a type that refuses most texts: those that it takes are its values.
func (p *prober) findEnum(schema *Schema, path []string) {
	for _, text := range []string{unknownKey, "drover", "1", "0", "10s", "1MiB", "http://localhost:1", "localhost:1", "/tmp/drover", "a/b", "{}"} {
		if p.accepts(path, text) {
			return
		}
	}
	var words []string
	for _, word := range p.sources.literals(schema.goType.PkgPath()) {
		if word != "" && p.accepts(path, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 || len(words) > maxEnum {
		return
	}
	if own, ok := schema.Default.(string); ok && !slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, own) }) {
		return
	}
	schema.Enum = words
	schema.IgnoreCase = !slices.ContainsFunc(words, func(word string) bool { return !p.accepts(path, strings.ToUpper(word)) })
	if p.accepts(path, "") {
		schema.Enum = append([]string{""}, schema.Enum...)
	}
}

func isName(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(letter rune) bool {
		return letter != '_' && (letter < 'a' || letter > 'z') && (letter < '0' || letter > '9')
	})
}
