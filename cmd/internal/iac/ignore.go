package iac

import (
	"io"
	"os"
	"path/filepath"
	"strings"
)

// rules is what is ignored in a folder and below it, as git sees it
// (gitignore(5)): the last rule that matches decides, and the rules of a folder
// go before those of the one above. The rules of .git/info/exclude are the outermost.
// The list of the user, core.excludesFile, and core.ignoreCase are not looked at:
// without them more is read.
type rules struct {
	up   *rules
	base string // the folder, with a slash behind it
	list []rule
}

// ignores says whether a file or folder is left out. It is asked from the
// outside in: what is in a folder that is left out is never asked for.
func (r *rules) ignores(file string, dir bool) bool {
	file = filepath.ToSlash(file)
	name := file[strings.LastIndexByte(file, '/')+1:]
	for ; r != nil; r = r.up {
		rel := strings.TrimPrefix(file, r.base)
		for i := len(r.list) - 1; i >= 0; i-- {
			if r.list[i].matches(rel, name, dir) {
				return !r.list[i].negated
			}
		}
	}
	return false
}

// enter returns the rules that hold in a folder. In one that is a repository
// those of the folders above do not: git does not look from one into the other.
func enter(dir string, up *rules) *rules {
	if git := repository(dir); git != "" {
		up = load(filepath.Join(git, "info", "exclude"), dir, nil)
	}
	file := filepath.Join(dir, ".gitignore")
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return up // git does not follow a link here either
	}
	return load(file, dir, up)
}

// rulesAbove returns the rules that a folder has from those above it, if all are
// in one repository. They do not hold if they ignore the folder itself: who names
// it wants it looked at.
func rulesAbove(root string) *rules {
	way := []string{root} // from the repository's folder to the root
	for repository(way[0]) == "" {
		up := filepath.Dir(way[0])
		if up == way[0] {
			return nil
		}
		way = append([]string{up}, way...)
	}
	var here *rules
	for i, dir := range way[:len(way)-1] {
		here = enter(dir, here)
		if here.ignores(way[i+1], true) {
			return nil
		}
	}
	return here
}

// repository returns where git keeps what belongs to the repository in a folder,
// and "" if it is not that of one. A worktree and a submodule have a file that says where.
func repository(dir string) string {
	git := filepath.Join(dir, ".git")
	info, err := os.Stat(git)
	if err != nil {
		return ""
	}
	if !info.IsDir() {
		text, err := readSmall(git)
		to, ok := strings.CutPrefix(text, "gitdir: ")
		if err != nil || !ok {
			return ""
		}
		git = under(dir, strings.TrimRight(to, "\r\n"))
	}
	if _, err := os.Lstat(filepath.Join(git, "HEAD")); err != nil {
		return ""
	}
	if common, err := readSmall(filepath.Join(git, "commondir")); err == nil {
		return under(git, strings.TrimRight(common, "\r\n"))
	}
	return git
}

func under(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// load reads a file of rules. Without one, or with one that cannot be read,
// nothing more is ignored.
func load(file, dir string, up *rules) *rules {
	text, err := readSmall(file)
	if err != nil {
		return up
	}
	list := parseRules(text)
	if len(list) == 0 {
		return up
	}
	base := filepath.ToSlash(dir)
	if !strings.HasSuffix(base, "/") {
		base += "/"
	}
	return &rules{up, base, list}
}

// readSmall reads a file of git's. One of more than 8 MB is none: half a list of
// rules may ignore more than the whole.
func readSmall(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	const most = 8 << 20
	if !info.Mode().IsRegular() || info.Size() > most {
		return "", os.ErrInvalid
	}
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(b) > most {
		err = os.ErrInvalid
	}
	return string(b), err
}
