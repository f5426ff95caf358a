package main

import (
	"path/filepath"

	"github.com/amiscope/amiscope/cmd/internal/config"
)

// state is where what the screen keeps between sessions stands.
func (a *app) state() stateFile {
	return stateFile{path: filepath.Join(a.place(a.dirs.state), "state.json")}
}

// byDefault reports whether nothing says whose accounts are meant, so that the
// default credentials would be used.
func (a *app) byDefault(c config.Config) bool {
	if a.flags.demo != nil || c.AllProfiles || c.Organization || len(c.Profiles)+len(c.Accounts) > 0 {
		return false
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"} {
		if a.env(name) != "" {
			return false
		}
	}
	return true
}

// choose puts the profiles of the picker in force: those picked in this
// session, or where nothing else is said those of an earlier one.
func (a *app) choose(c *config.Config) {
	if a.picked != nil {
		c.Profiles, c.Accounts, c.AllProfiles, c.Organization = a.picked, nil, false, false
		return
	}
	if !a.byDefault(*c) {
		return
	}
	if kept, err := a.state().load(); err == nil { // the screen tells of an error
		c.Profiles = kept.Profiles
	}
}
