package config

import (
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Key is one setting of the file. The table of all keys drives the reader, the
// reference in docs/config.md, and the file that `config init` writes.
type Key struct {
	Name    string   // as it stands in the file; those of a table without it
	Type    string   // for people: "list of text"
	Default string   // as TOML
	Example string   // as TOML
	Doc     string   // one or two sentences
	Choices []string // the words that are allowed, also in a list; nil: any
	Env     string   // the environment variable that overrides it; "" for none
	Flag    string   // the flag that overrides both; "" for none
}

// setting is a key of the file's top or of one of its tables, with the place it
// fills: a *string, *bool, *[]string, *time.Duration, *Depth, *Prices, *Pattern or
// *Severities.
type setting struct {
	Key
	at func(*Config) any
}

// accountSetting is a key of an [[accounts]] table.
type accountSetting struct {
	Key
	at func(*Account) any
}

// The types of values, as told to people.
const (
	text     = "text"
	list     = "list of text"
	truth    = "true or false"
	duration = "duration"
	positive = "duration above 0"
	depth    = "number or \"all\""

	accountID = "twelve digits"
	priced    = "table of prices"
)

func settings() []setting {
	return []setting{
		{Key{
			Name: "profiles", Type: list, Default: `[]`, Example: `["dev", "prod"]`, Env: "AMISCOPE_PROFILES", Flag: "--profile",
			Doc: "Profiles of the AWS configuration to look through. Several profiles of one account are one account.",
		}, func(c *Config) any { return &c.Profiles }},
		{Key{
			Name: "all_profiles", Type: truth, Default: `false`, Example: `true`, Env: "AMISCOPE_ALL_PROFILES", Flag: "--all-profiles",
			Doc: "Look through every profile of the AWS configuration.",
		}, func(c *Config) any { return &c.AllProfiles }},
		{Key{
			Name: "organization", Type: truth, Default: `false`, Example: `true`, Env: "AMISCOPE_ORGANIZATION", Flag: "--organization",
			Doc: "List the active accounts of the organization and assume `role` in each.",
		}, func(c *Config) any { return &c.Organization }},
		{Key{
			Name: "role", Type: text, Default: `""`, Example: `"audit"`, Env: "AMISCOPE_ROLE", Flag: "--role",
			Doc: "Name of the role that is assumed in each account of the organization.",
		}, func(c *Config) any { return &c.Role }},
		{Key{
			Name: "regions", Type: list, Default: `[]`, Example: `["eu-*", "us-east-1"]`, Env: "AMISCOPE_REGIONS", Flag: "--region",
			Doc: "Regions to look at, by name or glob; empty means all that an account has enabled.",
		}, func(c *Config) any { return &c.Regions }},
		{Key{
			Name: "shared", Type: truth, Default: `false`, Example: `true`, Env: "AMISCOPE_SHARED", Flag: "--shared",
			Doc: "Also list images that other accounts share with these.",
		}, func(c *Config) any { return &c.Shared }},
		{Key{
			Name: "max_age", Type: duration, Default: `"15m"`, Example: `"1h"`, Env: "AMISCOPE_MAX_AGE", Flag: "--max-age",
			Doc: "What was read longer ago is read again; \"0\" reads always.",
		}, func(c *Config) any { return &c.MaxAge }},
		{Key{
			Name: "read_only", Type: truth, Default: `false`, Example: `true`, Env: "AMISCOPE_READ_ONLY", Flag: "--read-only",
			Doc: "Show everything and change nothing in AWS.",
		}, func(c *Config) any { return &c.Changes.ReadOnly }},
		{Key{
			Name: "allow_public", Type: truth, Default: `false`, Example: `true`,
			Doc: "Let images be made public, by `amiscope plan share --with all`. Only the file can say so.",
		}, func(c *Config) any { return &c.Changes.AllowPublic }},
		{Key{
			Name: "color", Type: text, Default: `"auto"`, Example: `"light"`, Env: "AMISCOPE_COLOR", Flag: "--no-color",
			Choices: []string{"auto", "dark", "light", "none"},
			Doc:     "Colours of the screen; `auto` asks the terminal. The variable NO_COLOR means `none`.",
		}, func(c *Config) any { return &c.Color }},
		{Key{
			Name: "ascii", Type: truth, Default: `false`, Example: `true`, Env: "AMISCOPE_ASCII", Flag: "--ascii",
			Doc: "Draw with ASCII characters only.",
		}, func(c *Config) any { return &c.ASCII }},
	}
}

// usageSettings are the keys of [usage].
func usageSettings() []setting {
	return []setting{
		{Key{
			Name: "stopped", Type: duration, Default: `"90d"`, Example: `"30d"`, Env: "AMISCOPE_USAGE_STOPPED",
			Doc: "An instance that has been stopped for longer makes its image no more than probably used; \"0\": never.",
		}, func(c *Config) any { return &c.Usage.Stopped }},
		{Key{
			Name: "unlaunched", Type: duration, Default: `"180d"`, Example: `"365d"`, Env: "AMISCOPE_USAGE_UNLAUNCHED",
			Doc: "So does a launch template or launch configuration that is older, when nothing launches from it; \"0\": never.",
		}, func(c *Config) any { return &c.Usage.Unlaunched }},
		{Key{
			Name: "old_version", Type: duration, Default: `"30d"`, Example: `"90d"`, Env: "AMISCOPE_USAGE_OLD_VERSION",
			Doc: "So does an older version of a launch template that is neither its default nor its newest one, when nothing launches from it; \"0\": never.",
		}, func(c *Config) any { return &c.Usage.OldVersion }},
		{Key{
			Name: "fresh", Type: positive, Default: `"24h"`, Example: `"12h"`, Env: "AMISCOPE_USAGE_FRESH",
			Doc: "For how long what was read proves that nothing uses an image; what was read longer ago leaves that unknown.",
		}, func(c *Config) any { return &c.Usage.Fresh }},
		{Key{
			Name: "waive", Type: list, Default: `[]`, Example: `["batch"]`, Env: "AMISCOPE_USAGE_WAIVE", Choices: sources(),
			Doc: "Sources that are not looked at, because nothing is kept there: they make no verdict unknown, and each verdict names them.",
		}, func(c *Config) any { return &c.Usage.Waive }},
		{Key{
			Name: "template_versions", Type: depth, Default: `0`, Example: `5`, Env: "AMISCOPE_USAGE_TEMPLATE_VERSIONS",
			Doc: "How many older versions of each launch template are read besides the default, the newest and those that something launches from: a call more for each template.",
		}, func(c *Config) any { return &c.Usage.TemplateVersions }},
		{Key{
			Name: "parameter_paths", Type: list, Default: `[]`, Example: `["/config"]`, Env: "AMISCOPE_USAGE_PARAMETER_PATHS",
			Doc: "Paths of plain SSM parameters whose values are searched for image ids. Those of data type `aws:ec2:image` are read always.",
		}, func(c *Config) any { return &c.Usage.ParameterPaths }},
	}
}

// sources are the words for what usage is looked for in.
func sources() []string {
	var out []string
	for _, k := range model.Sources() {
		out = append(out, k.Word())
	}
	return out
}

// deeds are the words for what can be done to images.
func deeds() []string {
	var out []string
	for _, d := range plan.Deeds() {
		out = append(out, string(d))
	}
	return out
}

func accountSettings() []accountSetting {
	return []accountSetting{
		{Key{
			Name: "name", Type: text, Default: `""`, Example: `"prod"`,
			Doc: "The account's name on the screen and in filters; without it, its alias.",
		}, func(a *Account) any { return &a.Name }},
		{Key{
			Name: "id", Type: accountID, Default: `""`, Example: `"111122223333"`,
			Doc: "The account that the table is about. Without a way in of its own it only says what must not happen there, however the account is reached.",
		}, func(a *Account) any { return &a.ID }},
		{Key{
			Name: "profile", Type: text, Default: `""`, Example: `"prod-readonly"`,
			Doc: "The profile that reaches the account. With `role_arn`, the profile that assumes the role.",
		}, func(a *Account) any { return &a.Profile }},
		{Key{
			Name: "role_arn", Type: text, Default: `""`, Example: `"arn:aws:iam::111122223333:role/audit"`,
			Doc: "The role to assume in the account.",
		}, func(a *Account) any { return &a.RoleARN }},
		{Key{
			Name: "external_id", Type: text, Default: `""`, Example: `"acme"`,
			Doc: "The external id that the role's trust policy asks for.",
		}, func(a *Account) any { return &a.ExternalID }},
		{Key{
			Name: "production", Type: truth, Default: `false`, Example: `true`,
			Doc: "Every change in the account has to be confirmed by typing a phrase.",
		}, func(a *Account) any { return &a.Production }},
		{Key{
			Name: "read_only", Type: truth, Default: `false`, Example: `true`,
			Doc: "Nothing is changed in the account.",
		}, func(a *Account) any { return &a.ReadOnly }},
		{Key{
			Name: "deny", Type: list, Default: `[]`, Example: `["delete"]`, Choices: deeds(),
			Doc: "What is not done in the account.",
		}, func(a *Account) any { return &a.Deny }},
	}
}

// General lists the keys of the file's top.
func General() []Key { return keysOf(settings()) }

// OfUsage lists the keys of [usage].
func OfUsage() []Key { return keysOf(usageSettings()) }

func keysOf(settings []setting) []Key {
	var out []Key
	for _, s := range settings {
		out = append(out, s.Key)
	}
	return out
}

// PerAccount lists the keys of an [[accounts]] table.
func PerAccount() []Key {
	var out []Key
	for _, s := range accountSettings() {
		out = append(out, s.Key)
	}
	return out
}

// Default is what holds where nothing is set.
func Default() Config {
	p := model.DefaultUsagePolicy()
	return Config{MaxAge: 15 * time.Minute, Color: "auto", Usage: Usage{
		Stopped: p.Stopped, Unlaunched: p.Unlaunch, OldVersion: p.OldVersion, Fresh: p.Fresh,
	}, Cost: Cost{PriceSource: AutoPrices}, Findings: defaultFindings()}
}
