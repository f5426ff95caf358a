package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cmd/internal/config"
)

func (a *app) configVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Look at the settings, or write a config file to start from",
		Args:  cobra.NoArgs,
		RunE:  a.verb(a.showConfig),
	}
	for _, sub := range []struct {
		name, short string
		run         func(context.Context, []string) error
	}{
		{"path", "Print where the config file is", a.configPathVerb},
		{"show", "Print the settings in force: flags over environment over file", a.showConfig},
		{"check", "Read the config file and name every mistake", a.checkConfig},
		{"init", "Write a new config file with every key commented out", a.initConfig},
	} {
		cmd.AddCommand(&cobra.Command{Use: sub.name, Short: sub.short, Args: cobra.NoArgs, RunE: a.verb(sub.run)})
	}
	return cmd
}

func (a *app) configPathVerb(context.Context, []string) error {
	path, _ := a.configPath()
	_, err := fmt.Fprintln(a.out, path)
	return err
}

func (a *app) showConfig(context.Context, []string) error {
	c, err := a.settled()
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.out, c.TOML())
	return err
}

func (a *app) checkConfig(context.Context, []string) error {
	path, _ := a.configPath()
	if _, err := config.Load(path, true, a.env); err != nil {
		return usageError{err}
	}
	_, err := fmt.Fprintln(a.out, path+": no mistakes")
	return err
}

func (a *app) initConfig(context.Context, []string) error {
	path, _ := a.configPath()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	if err := config.Init(path); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.out, "wrote "+path)
	return err
}
