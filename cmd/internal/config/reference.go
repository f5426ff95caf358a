package config

import (
	"fmt"
	"strings"
)

// Template is a new file: every key, commented out, with its meaning.
func Template() string {
	var b strings.Builder
	b.WriteString("# Settings of amiscope. Every key is optional; `amiscope config check` reads this file.\n")
	for _, k := range General() {
		fmt.Fprintf(&b, "\n# %s\n# %s = %s\n", k.Doc, k.Name, k.Default)
	}
	b.WriteString("\n# On what verdicts on who uses an image rest.\n# [usage]\n")
	for _, k := range OfUsage() {
		fmt.Fprintf(&b, "\n# %s\n# %s = %s\n", k.Doc, k.Name, k.Default)
	}
	b.WriteString("\n# What storage costs.\n# [cost]\n")
	for _, k := range OfCost() {
		fmt.Fprintf(&b, "\n# %s\n# %s = %s\n", k.Doc, k.Name, k.Default)
	}
	b.WriteString("\n# What counts as wrong with images.\n# [findings]\n")
	for _, k := range OfFindings() {
		fmt.Fprintf(&b, "\n# %s\n# %s = %s\n", k.Doc, k.Name, k.Default)
	}
	b.WriteString("\n# One table for each account that is reached in a way of its own.\n# [[accounts]]\n")
	for _, k := range PerAccount() {
		fmt.Fprintf(&b, "# %s = %s\n", k.Name, k.Example)
	}
	return b.String()
}

// Reference is docs/config.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# The config file

` + "`amiscope config path`" + ` says where it is, ` + "`amiscope config init`" + ` writes one with every key commented out,
` + "`amiscope config check`" + ` reads it and names every mistake, ` + "`amiscope config show`" + ` prints what is in force.
Flags win over environment variables, and these over the file. A key that is not listed here is an error.
The program never changes the file.

| key | type | default | variable | flag | meaning |
|---|---|---|---|---|---|
`)
	for _, k := range General() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s | %s |\n", k.Name, typeOf(k), k.Default, code(k.Env), code(k.Flag), k.Doc)
	}
	b.WriteString(`
Lists in variables are separated by commas. Durations are written as ` + "`90s`, `15m`, `2h`, `90d`" + `.

## [usage]

On what verdicts on who uses an image rest. The folders of infrastructure code that are searched for ids besides are
named with ` + "`--iac DIR`" + `.

`)
	writeKeys(&b, OfUsage())
	b.WriteString(`
## [cost]

What storage costs. Prices that are neither named here nor told by AWS are those of a table in the program, which is
dated; of a region that is not in it, those of us-east-1 are assumed, and costs say so.

`)
	writeKeys(&b, OfCost())
	b.WriteString(`
## [findings]

What counts as wrong with images: see [findings.md](findings.md). What is accepted stands in accepted.toml beside this file.

`)
	writeKeys(&b, OfFindings())
	b.WriteString(`
## [[accounts]]

One table for each account that is reached in a way of its own, by ` + "`profile` or `role_arn`" + `, or about which something is to be
said, by ` + "`id`" + `. The ways in hold when neither the flags nor the keys above choose profiles or an organization. What must not happen in an
account holds always; where nothing but a profile names the account, only when that profile reaches it: an ` + "`id`" + ` makes certain.

| key | type | example | meaning |
|---|---|---|---|
`)
	for _, k := range PerAccount() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s |\n", k.Name, typeOf(k), k.Example, k.Doc)
	}
	return b.String()
}

// code is a word in code; nothing for none.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// writeKeys writes the keys of a table.
func writeKeys(b *strings.Builder, keys []Key) {
	b.WriteString("| key | type | default | example | variable | meaning |\n|---|---|---|---|---|---|\n")
	for _, k := range keys {
		fmt.Fprintf(b, "| `%s` | %s | `%s` | `%s` | `%s` | %s |\n", k.Name, typeOf(k), k.Default, k.Example, k.Env, k.Doc)
	}
}

func typeOf(k Key) string {
	switch {
	case k.Choices == nil:
		return k.Type
	case k.Type == list:
		return "list of " + strings.Join(k.Choices, ", ")
	}
	return strings.Join(k.Choices, ", ")
}

// TOML is the config as a file that would give it, for `config show`.
func (c Config) TOML() string {
	var b strings.Builder
	for _, s := range settings() {
		fmt.Fprintf(&b, "%s = %s\n", s.Name, value(s.at(&c)))
	}
	b.WriteString("\n[usage]\n")
	for _, s := range usageSettings() {
		fmt.Fprintf(&b, "%s = %s\n", s.Name, value(s.at(&c)))
	}
	b.WriteString("\n[cost]\n")
	for _, s := range costSettings() {
		fmt.Fprintf(&b, "%s = %s\n", s.Name, value(s.at(&c)))
	}
	b.WriteString("\n[findings]\n")
	for _, s := range findingSettings() {
		fmt.Fprintf(&b, "%s = %s\n", s.Name, value(s.at(&c)))
	}
	for _, a := range c.Changes.Guards {
		b.WriteString("\n[[accounts]]\n")
		for _, s := range accountSettings() {
			if v := value(s.at(&a)); v != s.Default {
				fmt.Fprintf(&b, "%s = %s\n", s.Name, v)
			}
		}
	}
	return b.String()
}
