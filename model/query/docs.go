package query

import "strings"

// Markdown is the language as a page of the documentation; the keys come from
// the table.
func Markdown() string {
	var b strings.Builder
	b.WriteString(docsHead)
	for _, k := range Keys() {
		values := strings.Join(k.Values, ", ")
		b.WriteString("| `" + k.Name + "` | " + k.Kind.String() + " | " + cell(k.Help) + " | " + cell(values) + " | `" + cell(k.Example) + "` |\n")
	}
	return b.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

const docsHead = `# The filter language

Made from the table in ` + "`model/query`; `make docs`" + ` writes it anew. The same text works after ` + "`/`" + ` on the screen and as arguments of the verbs.

| text | means |
|---|---|
| ` + "`web 2026`" + ` | both words, in name, id or tag values; upper and lower case are the same |
| ` + "`region:eu-* arch:arm64`" + ` | key and value, both; ` + "`*` and `?`" + ` are wildcards, and without one the whole value must match |
| ` + "`age>180d size>=100GiB created:2026-01..2026-06`" + ` | comparisons and ranges; either end of a range may be open |
| ` + "`account:prod,dev`" + ` | one of several |
| ` + "`!is:public`, `-is:public`, `NOT is:public`, `state!=available`" + ` | not |
| ` + "`(state:failed OR is:disabled) region:us-*`" + ` | or, with parentheses |
| ` + "`has:tag.Owner`, `no:deprecation`" + ` | whether there is one |
| ` + "`tag.Team:\"data lake\"`, `tag.\"aws:backup:source-resource\":*`" + ` | quotes keep a text together |
| ` + "`name~\"^web-.*-rc\"`" + ` | regular expression (RE2) |
| ` + "`launched:never`, `encrypted:unknown`" + ` | never, and not known |

Matching is three-valued. A term about a fact that was not read, or that AWS tells the owner only, is neither true nor false, and so is its negation; only
images for which the whole filter is true are shown, and the status line counts the undecided. ` + "`KEY:unknown`" + ` finds them.

A month is 30 days and a year 365. Sizes without a unit are GiB. An image that was never launched is idle for longer than any duration.

On a command line a term may not begin with a hyphen, which would look like a flag: write ` + "`'!owner:x'`" + `.

| key | takes | means | values | for example |
|---|---|---|---|---|
`
