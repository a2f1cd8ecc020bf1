package main

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
)

// Kinds is JSON Schema's `type`: one word, or several.
type Kinds []string

// MarshalJSON writes one word alone.
func (k Kinds) MarshalJSON() ([]byte, error) {
	if len(k) == 1 {
		return json.Marshal(k[0])
	}
	return json.Marshal([]string(k))
}

// Schema is the part of JSON Schema 2020-12 that configurations need.
type Schema struct {
	Type        Kinds              `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Description string             `json:"description,omitempty"`
	Deprecated  bool               `json:"deprecated,omitempty"`
	Default     any                `json:"default,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	IgnoreCase  bool               `json:"x-ignore-case,omitempty"`
	Unchecked   bool               `json:"x-unchecked,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	// False, or the schema of every value whose key is no property.
	AdditionalProperties any     `json:"additionalProperties,omitempty"`
	Items                *Schema `json:"items,omitempty"`

	// The Go type that this stands for.
	goType reflect.Type
	// Types on the way that read their configuration by themselves.
	readers []reflect.Type
	// Fields that no tag names, which a type that reads by itself may fill.
	hidden []reflect.StructField
}

var (
	unmarshalerType     = reflect.TypeFor[confmap.Unmarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType        = reflect.TypeFor[time.Duration]()
)

const optionalPackage = "go.opentelemetry.io/collector/config/configoptional"

type reflection struct {
	sources *sources
	// Types on the way to here: one that comes again is recursive.
	stack []reflect.Type
}

// reflectConfig gives the schema that the tags of a default configuration's type tell.
func reflectConfig(sources *sources, config component.Config) *Schema {
	value := reflect.ValueOf(config)
	return (&reflection{sources: sources}).schema(value.Type(), value)
}

func unchecked() *Schema { return &Schema{Unchecked: true} }

// schema describes a type; `value` is its default, invalid where there is none.
func (r *reflection) schema(typ reflect.Type, value reflect.Value) *Schema {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
		if value.IsValid() && !value.IsNil() {
			value = value.Elem()
		} else {
			value = reflect.Value{}
		}
	}
	if typ.PkgPath() == optionalPackage && strings.HasPrefix(typ.Name(), "Optional[") {
		inner, innerValue := optionalOf(typ, value)
		schema := r.schema(inner, innerValue)
		schema.readers = append(schema.readers, typ)
		return schema
	}
	schema := r.plain(typ, value)
	schema.goType = typ
	if reflect.PointerTo(typ).Implements(unmarshalerType) {
		schema.readers = append(schema.readers, typ)
	}
	if schema.Description == "" {
		schema.Description = r.sources.describeType(typ)
	}
	return schema
}

func (r *reflection) plain(typ reflect.Type, value reflect.Value) *Schema {
	if typ == durationType {
		return &Schema{Type: Kinds{"string"}, Format: "duration", Default: defaultOf(value)}
	}
	if reflect.PointerTo(typ).Implements(textUnmarshalerType) {
		return &Schema{Type: Kinds{"string"}, Default: defaultOf(value)}
	}
	switch typ.Kind() {
	case reflect.Bool:
		return &Schema{Type: Kinds{"boolean"}, Default: defaultOf(value)}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &Schema{Type: Kinds{"integer"}, Default: defaultOf(value)}
	case reflect.Float32, reflect.Float64:
		return &Schema{Type: Kinds{"number"}, Default: defaultOf(value)}
	case reflect.String:
		return &Schema{Type: Kinds{"string"}, Default: defaultOf(value)}
	case reflect.Slice, reflect.Array:
		return &Schema{Type: Kinds{"array"}, Items: r.nested(typ.Elem(), reflect.Value{}), Default: defaultOf(value)}
	case reflect.Map:
		return &Schema{Type: Kinds{"object"}, AdditionalProperties: r.nested(typ.Elem(), reflect.Value{}), Default: defaultOf(value)}
	case reflect.Struct:
		return r.object(typ, value)
	default:
		return unchecked()
	}
}

func (r *reflection) nested(typ reflect.Type, value reflect.Value) *Schema {
	for _, above := range r.stack {
		if above == typ {
			return unchecked()
		}
	}
	r.stack = append(r.stack, typ)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()
	return r.schema(typ, value)
}

func (r *reflection) object(typ reflect.Type, value reflect.Value) *Schema {
	schema := &Schema{Type: Kinds{"object"}, Properties: map[string]*Schema{}, AdditionalProperties: false}
	r.fields(schema, typ, value)
	return schema
}

func (r *reflection) fields(schema *Schema, typ reflect.Type, value reflect.Value) {
	for index := range typ.NumField() {
		field := typ.Field(index)
		tag, options, _ := strings.Cut(field.Tag.Get("mapstructure"), ",")
		fieldValue := reflect.Value{}
		if value.IsValid() {
			fieldValue = value.Field(index)
		}
		switch {
		case strings.Contains(options, "squash"):
			inner, innerValue := field.Type, fieldValue
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
				if innerValue.IsValid() && !innerValue.IsNil() {
					innerValue = innerValue.Elem()
				} else {
					innerValue = reflect.Value{}
				}
			}
			if inner.Kind() != reflect.Struct {
				schema.AdditionalProperties = nil
				schema.Unchecked = true
				continue
			}
			if reflect.PointerTo(inner).Implements(unmarshalerType) {
				schema.readers = append(schema.readers, inner)
			}
			r.fields(schema, inner, innerValue)
		case strings.Contains(options, "remain"):
			schema.AdditionalProperties = nil
			schema.Unchecked = true
		case !field.IsExported():
		case tag == "-":
			schema.hidden = append(schema.hidden, field)
		default:
			if tag == "" {
				tag = field.Name
			}
			property := r.nested(field.Type, fieldValue)
			if text, deprecated := r.sources.describeField(typ, field.Name, tag); text != "" {
				property.Description = text
				property.Deprecated = deprecated
			}
			schema.Properties[tag] = property
		}
	}
}

// optionalOf gives what a configoptional.Optional holds, with the value that it has once somebody sets it.
func optionalOf(typ reflect.Type, value reflect.Value) (inner reflect.Type, held reflect.Value) {
	method, _ := reflect.PointerTo(typ).MethodByName("GetOrInsertDefault")
	inner = method.Type.Out(0).Elem()
	if !value.IsValid() {
		return inner, reflect.Value{}
	}
	defer func() {
		// It panics for types that cannot have a default.
		if recover() != nil {
			held = reflect.Value{}
		}
	}()
	own := reflect.New(typ)
	own.Elem().Set(value)
	return inner, own.MethodByName("GetOrInsertDefault").Call(nil)[0].Elem()
}

// defaultOf is a plain value that says something: no empty text, list or map, and nothing that hides itself.
func defaultOf(value reflect.Value) any {
	if !value.IsValid() || !value.CanInterface() {
		return nil
	}
	switch own := value.Interface().(type) {
	case time.Duration:
		return own.String()
	case encoding.TextMarshaler:
		text, err := own.MarshalText()
		if err != nil || len(text) == 0 || strings.Contains(string(text), "REDACTED") {
			return nil
		}
		return string(text)
	}
	switch value.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return value.Interface()
	case reflect.String:
		if value.Len() > 0 {
			return value.String()
		}
	case reflect.Slice, reflect.Array:
		list := []any{}
		for index := range value.Len() {
			item := defaultOf(value.Index(index))
			if item == nil {
				return nil
			}
			list = append(list, item)
		}
		if len(list) > 0 {
			return list
		}
	case reflect.Map:
		if value.Type().Key().Kind() != reflect.String || value.Len() == 0 {
			return nil
		}
		object := map[string]any{}
		for iterator := value.MapRange(); iterator.Next(); {
			item := defaultOf(iterator.Value())
			if item == nil {
				return nil
			}
			object[iterator.Key().String()] = item
		}
		return object
	}
	return nil
}
