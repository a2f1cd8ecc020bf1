package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// sources reads what the modules say of themselves: `config.schema.yaml` where there is one, and the comments in their
// Go source, which is what those files are made of.
type sources struct {
	folders  map[string]string
	packages map[string]*packageSource
	trees    map[string][]string
}

type packageSource struct {
	types    map[string]*ast.TypeSpec
	comments map[string]string
	literals []string
	schema   schemaFile
}

// schemaFile is what is used of a `config.schema.yaml`.
type schemaFile struct {
	Description string                 `yaml:"description"`
	Deprecated  bool                   `yaml:"deprecated"`
	Properties  map[string]*schemaFile `yaml:"properties"`
	Defs        map[string]*schemaFile `yaml:"$defs"`
}

func newSources() *sources {
	return &sources{folders: map[string]string{}, packages: map[string]*packageSource{}, trees: map[string][]string{}}
}

// describeField is the text on one field of a struct, and whether it says that the field is deprecated.
func (s *sources) describeField(typ reflect.Type, field, tag string) (string, bool) {
	pkg := s.load(typ.PkgPath())
	if own := pkg.schemaOf(typ); own != nil {
		if property := own.Properties[tag]; property != nil && property.Description != "" {
			text := tidy(property.Description)
			return text, property.Deprecated || isDeprecated(text)
		}
	}
	spec := pkg.types[nameOf(typ)]
	if spec == nil {
		return "", false
	}
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return "", false
	}
	for _, candidate := range structure.Fields.List {
		for _, name := range candidate.Names {
			if name.Name == field {
				text := tidy(candidate.Doc.Text())
				if text == "" {
					text = tidy(candidate.Comment.Text())
				}
				return text, isDeprecated(text)
			}
		}
	}
	return "", false
}

func (s *sources) describeType(typ reflect.Type) string {
	if typ.Name() == "" || typ.Kind() != reflect.Struct {
		return ""
	}
	pkg := s.load(typ.PkgPath())
	if own := pkg.schemaOf(typ); own != nil && own.Description != "" {
		return tidy(own.Description)
	}
	return tidy(pkg.comments[nameOf(typ)])
}

// literals are the texts in a package's source, without its tests: each name that it looks for is among them.
func (s *sources) literals(path string) []string { return s.load(path).literals }

// treeLiterals are those of a package and of all that are below it.
func (s *sources) treeLiterals(path string) []string {
	if known, found := s.trees[path]; found {
		return known
	}
	var all []string
	for other := range s.folders {
		if other == path || strings.HasPrefix(other, path+"/") {
			all = append(all, s.load(other).literals...)
		}
	}
	slices.Sort(all)
	s.trees[path] = slices.Compact(all)
	return s.trees[path]
}

func (s *sources) load(path string) *packageSource {
	if known := s.packages[path]; known != nil {
		return known
	}
	pkg := &packageSource{types: map[string]*ast.TypeSpec{}, comments: map[string]string{}}
	s.packages[path] = pkg
	folder := s.folders[path]
	if folder == "" {
		return pkg
	}
	if text, err := os.ReadFile(filepath.Join(folder, "config.schema.yaml")); err == nil {
		// A file that cannot be read leaves the comments.
		_ = yaml.Unmarshal(text, &pkg.schema)
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil {
			pkg.read(file)
		}
	}
	slices.Sort(pkg.literals)
	pkg.literals = slices.Compact(pkg.literals)
	return pkg
}

func (p *packageSource) read(file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.GenDecl:
			for _, spec := range node.Specs {
				if typ, ok := spec.(*ast.TypeSpec); ok {
					p.types[typ.Name.Name] = typ
					p.comments[typ.Name.Name] = typ.Doc.Text()
					if typ.Doc == nil {
						p.comments[typ.Name.Name] = node.Doc.Text()
					}
				}
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(node.Value); node.Kind == token.STRING && err == nil && len(text) <= 64 {
				p.literals = append(p.literals, text)
			}
		}
		return true
	})
}

// schemaOf is the definition of a type in the package's schema file; its `Config` is the file itself.
func (p *packageSource) schemaOf(typ reflect.Type) *schemaFile {
	if own := p.schema.Defs[snake(nameOf(typ))]; own != nil {
		return own
	}
	if len(p.schema.Properties) > 0 && strings.HasSuffix(nameOf(typ), "Config") {
		return &p.schema
	}
	return nil
}

func nameOf(typ reflect.Type) string {
	name, _, _ := strings.Cut(typ.Name(), "[")
	return name
}

// snake writes ClientConfig as client_config and TLSSetting as tls_setting.
func snake(name string) string {
	letters := []rune(name)
	var out strings.Builder
	for index, letter := range letters {
		startsWord := index > 0 && unicode.IsUpper(letter) &&
			(!unicode.IsUpper(letters[index-1]) || (index+1 < len(letters) && unicode.IsLower(letters[index+1])))
		if startsWord {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(letter))
	}
	return out.String()
}

const maxDescription = 600

// tidy makes one paragraph of a comment, without notes to its developers.
func tidy(text string) string {
	var kept []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.Contains(line, " corresponds to the JSON schema field ") {
			continue
		}
		if strings.HasPrefix(line, "TODO") || strings.HasPrefix(line, "nolint") || strings.HasPrefix(line, "prevent unkeyed") {
			continue
		}
		kept = append(kept, line)
	}
	joined := []rune(strings.Join(strings.Fields(strings.Join(kept, " ")), " "))
	if len(joined) > maxDescription {
		return strings.TrimSpace(string(joined[:maxDescription])) + "…"
	}
	return string(joined)
}

func isDeprecated(text string) bool {
	return strings.HasPrefix(text, "Deprecated") || strings.Contains(text, ". Deprecated:") || strings.Contains(text, "[Deprecated]")
}
