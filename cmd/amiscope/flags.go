package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/cmd/internal/output"
)

// flags are those that every verb knows.
type flags struct {
	reach
	settings string // --config
	logFile  string
	format   string
	offline  bool
	readOnly bool
	from     string   // an inventory file to show; "": AWS
	iac      []string // folders of infrastructure code
	noColor  bool
	ascii    bool
	maxAge   time.Duration
	demo     *demoFlags // nil: the user's AWS
	set      *pflag.FlagSet
}

// reach says which accounts and regions are meant.
type reach struct {
	profiles     []string
	allProfiles  bool
	organization bool
	role         string
	regions      []string
	shared       bool
}

func (f *flags) add(root *cobra.Command, complete cobra.CompletionFunc) {
	s := root.PersistentFlags()
	f.set = s
	s.StringArrayVar(&f.profiles, "profile", nil, "profile of the AWS configuration; may be repeated")
	s.BoolVar(&f.allProfiles, "all-profiles", false, "all profiles of the AWS configuration")
	s.BoolVar(&f.organization, "organization", false, "all accounts of the organization, by --role")
	s.StringVar(&f.role, "role", "", "name of the role to assume in the organization's accounts")
	s.StringArrayVar(&f.regions, "region", nil, "region or glob such as eu-*; may be repeated")
	s.BoolVar(&f.shared, "shared", false, "also images that other accounts share with these")
	s.BoolVar(&f.offline, "offline", false, "never call AWS; show what is cached")
	s.BoolVar(&f.readOnly, "read-only", false, "change nothing in AWS")
	s.StringVar(&f.from, "from", "", "show an inventory file that scan -o wrote; needs no AWS, and never calls it")
	s.StringArrayVar(&f.iac, "iac", nil, "folder of infrastructure code: what its files name is used; may be repeated")
	s.DurationVar(&f.maxAge, "max-age", config.Default().MaxAge, "read again what was read longer ago; 0 always")
	s.StringVar(&f.settings, "config", "", "config file")
	s.StringVar(&f.logFile, "log", "", "append a log of every AWS call to a file")
	s.StringVarP(&f.format, "output", "o", string(output.Table), "format: table, json, jsonl, csv or markdown")
	s.BoolVar(&f.noColor, "no-color", false, "no colours")
	s.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	for name, fn := range map[string]cobra.CompletionFunc{
		"output":  fixed(output.Formats()),
		"profile": completeProfiles,
		"region":  complete,
		"iac":     folders,
	} {
		if err := root.RegisterFlagCompletionFunc(name, fn); err != nil {
			panic(err) // a flag of that name stands above
		}
	}
}

// given reports whether any of these flags was given.
func (f *flags) given(names ...string) bool {
	return slices.ContainsFunc(names, f.set.Changed)
}

// configPath is the config file, and whether the user named it.
func (a *app) configPath() (path string, named bool) {
	if p := a.flags.settings; p != "" {
		return p, true
	}
	return filepath.Join(a.dirs.config, "amiscope", "config.toml"), false
}

// settled gives the settings in force: flags over environment over file. The
// demo has neither file nor variables.
func (a *app) settled() (config.Config, error) {
	c := config.Default()
	if a.flags.demo == nil {
		path, named := a.configPath()
		var err error
		if c, err = config.Load(path, named, a.env); err != nil {
			return c, usageError{err}
		}
	}
	a.flags.over(&c)
	a.choose(&c)
	if a.env("NO_COLOR") != "" {
		c.Color = "none"
	}
	if c.Organization && c.Role == "" {
		return c, usagef("--organization needs --role, the name of the role to assume in its accounts")
	}
	return c, nil
}

// over puts the flags that were given over the other settings.
func (f *flags) over(c *config.Config) {
	if f.given("profile", "all-profiles", "organization") {
		c.Profiles, c.AllProfiles, c.Organization = f.profiles, f.allProfiles, f.organization
		c.Accounts = slices.DeleteFunc(slices.Clone(c.Accounts), func(a config.Account) bool {
			return a.RoleARN != "" || !f.allProfiles && !slices.Contains(f.profiles, a.Profile)
		})
	}
	if f.given("role") {
		c.Role = f.role
	}
	if f.given("region") {
		c.Regions = f.regions
	}
	if f.given("shared") {
		c.Shared = f.shared
	}
	if f.given("max-age") {
		c.MaxAge = f.maxAge
	}
	if f.noColor {
		c.Color = "none"
	}
	c.ASCII, c.Changes.ReadOnly = c.ASCII || f.ascii, c.Changes.ReadOnly || f.readOnly
}

// selection names what the settings choose, for the cache. The same settings
// may mean other accounts under other variables, so these are part of it. The
// key's id is kept apart: it is what --offline goes without.
func selection(c config.Config, env func(string) string) (exact, anyKey string) {
	var b strings.Builder
	for _, a := range c.Accounts {
		fmt.Fprintf(&b, "account %q %q; ", a.Profile, a.RoleARN)
	}
	fmt.Fprintf(&b, "profiles %q %t; organization %t %q; regions %q", distinct(c.Profiles),
		c.AllProfiles, c.Organization, c.Role, distinct(c.Regions))
	for _, name := range []string{"AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		if v := env(name); v != "" {
			fmt.Fprintf(&b, "; %s %q", name, v)
		}
	}
	anyKey = b.String()
	if id := env("AWS_ACCESS_KEY_ID"); id != "" {
		return anyKey + "; key " + id, anyKey
	}
	return anyKey, anyKey
}

// distinct sorts names and leaves each in once.
func distinct(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

func accountsOf(c config.Config) []awsclient.AccountConfig {
	var out []awsclient.AccountConfig
	for _, a := range c.Accounts {
		out = append(out, awsclient.AccountConfig{Name: a.Name, Profile: a.Profile, RoleARN: a.RoleARN, ExternalID: a.ExternalID})
	}
	return out
}

// style is how a verb prints.
func (a *app) style() (output.Style, error) {
	f, err := output.ParseFormat(a.flags.format)
	if err != nil {
		return output.Style{}, usageError{err}
	}
	c, err := a.settled()
	return output.Style{Format: f, Width: width(a.out), ASCII: c.ASCII, Now: a.now()}, err
}
