// Package config reads the settings of amiscope: one TOML file, environment
// variables over it, and a table that says what every key means.
//
// The file is the user's. The program writes it once, when asked to by
// `config init`, and never changes it afterwards; what the screen remembers of
// its own is kept elsewhere.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Config is what the file and the environment say.
type Config struct {
	Accounts     []Account
	Profiles     []string
	AllProfiles  bool
	Organization bool
	Role         string
	Regions      []string
	Shared       bool
	MaxAge       time.Duration
	Color        string // auto, dark, light or none
	ASCII        bool
	Usage        Usage
	Cost         Cost
	Findings     Findings
	Changes      Changes
}

// Changes is what the settings say of changing AWS.
type Changes struct {
	ReadOnly    bool      // nothing is changed
	AllowPublic bool      // images may be made public
	Guards      []Account // all accounts of the file, whichever are looked at
}

// Account is one [[accounts]] table: a way into an account, under a name, and what
// must not happen there.
type Account struct {
	Name       string
	ID         string // twelve digits; "" where the way in says it
	Profile    string
	RoleARN    string
	ExternalID string
	Production bool
	ReadOnly   bool
	Deny       []string // words of deeds
}

// Way reports whether the account says how it is reached.
func (a Account) Way() bool { return a.Profile != "" || a.RoleARN != "" }

// Usage is the [usage] table: on what verdicts on who uses an image rest.
type Usage struct {
	Stopped          time.Duration
	Unlaunched       time.Duration
	OldVersion       time.Duration
	Fresh            time.Duration
	Waive            []string // words of sources
	TemplateVersions Depth
	ParameterPaths   []string
}

// Depth is how many older versions are meant; negative: all.
type Depth int

// Policy is what the verdicts are made by.
func (u Usage) Policy() model.UsagePolicy {
	p := model.UsagePolicy{
		Stopped: u.Stopped, Unlaunch: u.Unlaunched, OldVersion: u.OldVersion, Fresh: u.Fresh,
		Versions: int(u.TemplateVersions), Paths: u.ParameterPaths,
	}
	for _, word := range u.Waive {
		if k, ok := model.ParseSource(word); ok {
			p.Waived = append(p.Waived, k)
		}
	}
	return p
}

// Error is a mistake in the file or in a variable. Its text says where it is,
// what it is, and what was probably meant.
type Error struct {
	File string // or the variable's name
	Line int    // 0 where no line can be told
	Text string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Text
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
}

// Load reads a file and the environment over the defaults. A missing file is
// no mistake unless it is required, that is, unless the user named it. Errors
// are *Error, several joined, or those of reading.
func Load(path string, required bool, env func(string) string) (Config, error) {
	c := Default()
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !required:
	case err != nil:
		return c, fmt.Errorf("read the config: %w", err)
	default:
		if err := c.parse(path, string(data)); err != nil {
			return c, err
		}
	}
	return c, c.environment(env)
}

// environment puts the variables that are set over the file's values.
func (c *Config) environment(env func(string) string) error {
	var all []error
	for _, s := range slices.Concat(settings(), usageSettings(), costSettings(), findingSettings()) {
		v := env(s.Env)
		if v == "" {
			continue
		}
		if err := assign(s.at(c), s.Key, fromText(s.Type, v)); err != nil {
			all = append(all, &Error{File: s.Env, Text: err.Error()})
		}
	}
	return errors.Join(all...)
}

// fromText is the value that TOML would have given for a variable's text;
// text that is no such value stays text, for assign to refuse.
func fromText(typ, v string) any {
	switch typ {
	case list, regionList, accountList:
		var out []any
		for part := range strings.SplitSeq(v, ",") {
			out = append(out, strings.TrimSpace(part))
		}
		return out
	case truth:
		if b, err := strconv.ParseBool(v); err == nil {
			return b
		}
	case priced, severities:
		return pairsFromText(v)
	case depth:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n
		}
	}
	return v
}

// Init writes a new file in which every key stands commented out with its
// meaning. It never touches a file that exists.
func Init(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already and was left as it is", path)
	}
	if err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	_, err = f.WriteString(Template())
	return errors.Join(err, f.Close())
}
