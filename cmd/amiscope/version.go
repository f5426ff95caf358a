package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program",
		Args:  cobra.NoArgs,
		RunE: a.verb(func(context.Context, []string) error {
			_, err := fmt.Fprintln(a.out, "amiscope "+buildVersion(debug.ReadBuildInfo()))
			return err
		}),
	}
}

// buildVersion is the module's version, or the commit where it was built from a
// checkout, and what it was built with and for.
func buildVersion(info *debug.BuildInfo, ok bool) string {
	version := "unknown"
	if ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if !ok {
		return version + " " + platform
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if commit := set["vcs.revision"]; len(commit) >= 12 && version == "(devel)" {
		version = "development " + commit[:12]
		if set["vcs.modified"] == "true" {
			version += " with changes"
		}
	}
	return version + " " + platform + " " + info.GoVersion
}
