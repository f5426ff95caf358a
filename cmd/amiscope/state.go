package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/amiscope/amiscope/tui"
)

// stateFile is where the screen's settings are kept between sessions.
type stateFile struct{ path string }

// load reads the settings; there being no file is no error. An error leaves
// the defaults, to be used, and is for the user to know.
func (f stateFile) load() (tui.State, error) {
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return tui.State{}, nil
	}
	var s tui.State
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return tui.State{}, fmt.Errorf("the settings of the screen in %s cannot be read (%w); the defaults hold", f.path, err)
	}
	return s, nil
}

// save replaces the file as a whole: a reader finds the old or the new one.
func (f stateFile) save(s tui.State) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the settings of the screen: %w", err)
	}
	if err = os.MkdirAll(filepath.Dir(f.path), 0o700); err == nil {
		err = replaceFile(f.path, append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep the settings of the screen: %w", err)
	}
	return nil
}
