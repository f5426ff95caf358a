package main

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
)

// usageInput is what verdicts rest on besides the inventory, but for the time:
// the policy, what people have set aside, and the ids in folders of
// infrastructure code. The notes say what of it could not be read.
func (a *app) usageInput(ctx context.Context, c config.Config) (in model.UsageInput, notes []string, err error) {
	in.Policy = c.Usage.Policy()
	if in.Asides, notes, err = a.journal().Asides(a.now()); err != nil {
		notes = append(notes, err.Error()+"; until then nothing counts as set aside")
	}
	return in, notes, a.readFolders(ctx, &in)
}

// journal is where what people do is kept.
func (a *app) journal() *journal.Journal {
	return journal.Open(filepath.Join(a.place(a.dirs.state), "journal.jsonl"))
}

// who is the user of this machine.
func (a *app) who() string {
	return cmp.Or(a.env("USER"), a.env("LOGNAME"), a.env("USERNAME"), "somebody")
}

// setAside journals that a reference does not count, or that it counts again,
// and gives all that are set aside.
func (a *app) setAside(what model.Aside, withdraw bool) ([]model.Aside, error) {
	what.Who = cmp.Or(what.Who, a.who())
	if what.At.IsZero() {
		what.At = a.now()
	}
	do := a.journal().SetAside
	if withdraw {
		do = a.journal().Withdraw
	}
	if err := do(what); err != nil {
		return nil, err
	}
	all, _, err := a.journal().Asides(a.now()) // what cannot be read was told at the start
	return all, err
}
