package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model/finding"
)

func (a *app) acceptVerb() *cobra.Command {
	var accepted finding.Accepted
	var until string
	cmd := &cobra.Command{
		Use:   "accept RULE ID",
		Short: "Accept a finding until a date",
		Long: `accept notes in accepted.toml beside the config file that a finding is as it should
be: it is shown as accepted, and does not count for --fail-on, to the end of a day in
UTC. The id is that of the image, snapshot or instance, of a scope ACCOUNT/REGION. The config
file is not touched.`,
		Example: `  amiscope findings accept public ami-0123456789abcdef0 --reason "our sample" --until 2027-03-31
  amiscope findings accept no-bin-rule 111122223333/eu-west-1 --reason sandbox --until 2027-03-31`,
		Args: cobra.ExactArgs(2),
		RunE: a.verb(func(_ context.Context, args []string) error {
			accepted.Rule, accepted.ID = args[0], args[1]
			return a.runAccept(accepted, until)
		}),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return finding.IDs(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	s := cmd.Flags()
	s.StringVar(&accepted.Reason, "reason", "", "why it is accepted")
	s.StringVar(&until, "until", "", "last day on which it is, such as 2027-03-31")
	s.StringVar(&accepted.Who, "who", "", "who accepts it; without, the user that runs this")
	return cmd
}

func (a *app) runAccept(accepted finding.Accepted, until string) (err error) {
	if err := checkAccepted(accepted); err != nil {
		return err
	}
	accepted.Until, err = time.Parse(time.DateOnly, until)
	if err != nil {
		return usagef("--until is a date such as 2027-03-31, not %q", until)
	}
	if accepted.At = a.now().UTC(); !accepted.Holds(accepted.At) {
		return usagef("--until is a date to come: %s has passed", until)
	}
	accepted.Who = cmp.Or(accepted.Who, a.who())
	path := a.acceptedPath()
	data, err := config.WithAccepted(path, accepted)
	if err != nil {
		return usageError{err}
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		err = replaceFile(path, data)
	}
	if err != nil {
		return fmt.Errorf("write what is accepted: %w", err)
	}
	_, err = fmt.Fprintf(a.out, "accepted %s of %s until %s, in %s\n", accepted.Rule, accepted.ID, until, path)
	return err
}

// checkAccepted refuses what names no finding, or gives no reason.
func checkAccepted(accepted finding.Accepted) error {
	if err := config.CheckRule(accepted.Rule); err != nil {
		return usageError{err}
	}
	for _, r := range finding.Rules() {
		form := idForms()[r.Unit]
		if r.ID == accepted.Rule && !form.shape.MatchString(accepted.ID) {
			return usagef("%s is of %ss: its id is %s, not %q", r.ID, r.Unit, form.words, accepted.ID)
		}
	}
	if strings.TrimSpace(accepted.Reason) == "" {
		return usagef("accepting a finding needs --reason, and --until with a date")
	}
	return nil
}

// idForm is what the ids of a unit look like.
type idForm struct {
	shape *regexp.Regexp
	words string
}

func idForms() map[finding.Unit]idForm {
	return map[finding.Unit]idForm{
		finding.OfImage:    {regexp.MustCompile(`^ami-[0-9a-f]+$`), "ami-…"},
		finding.OfInstance: {regexp.MustCompile(`^i-[0-9a-f]+$`), "i-…"},
		finding.OfSnapshot: {regexp.MustCompile(`^snap-[0-9a-f]+$`), "snap-…"},
		finding.OfScope:    {regexp.MustCompile(`^[0-9]{12}/[a-z0-9-]+$`), "ACCOUNT/REGION"},
	}
}
