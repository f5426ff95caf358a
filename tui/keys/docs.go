package keys

import "strings"

// Markdown is the table as a page of the documentation.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Keys\n\nMade from the table in `tui/keys`; `make docs` writes it anew.\n")
	var scope Scope
	for _, k := range table {
		if k.Scope != scope {
			scope = k.Scope
			b.WriteString("\n## " + string(scope) + "\n\n| key | does |\n|---|---|\n")
		}
		b.WriteString("| " + codeSpans(k.Keys) + " | " + strings.ReplaceAll(k.Help, "|", `\|`) + " |\n")
	}
	return b.String()
}

func codeSpans(ks []string) string {
	spans := make([]string, len(ks))
	for i, k := range ks {
		spans[i] = "`" + k + "`"
	}
	return strings.Join(spans, " ")
}
