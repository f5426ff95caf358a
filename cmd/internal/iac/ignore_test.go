package iac

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// git runs git in a folder, apart from the settings of whoever runs the tests.
func git(t rapid.TB, dir, input string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "git", append([]string{"-C", dir, "-c", "core.ignoreCase=false", "-c", "core.excludesFile="}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	cmd.Stdin = strings.NewReader(input)
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	err := cmd.Run()
	if err != nil && (args[0] != "check-ignore" || cmd.ProcessState.ExitCode() != 1) { // 1: none is ignored
		t.Fatalf("git %q: %v\n%s", args, err, trouble.String())
	}
	return out.String()
}

func needsGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git to compare with")
	}
}

// put writes files, named relative to a folder, with the folders they are in.
func put(t rapid.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// below lists all files and folders of a repository but its .git.
func below(t rapid.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == dir {
			return err
		}
		if d.Name() == ".git" {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(dir, file)
		out = append(out, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// asGit lists what git ignores, and ours what we do, of the same paths.
func asGit(t rapid.TB, dir string, paths []string) []string {
	t.Helper()
	out := git(t, dir, strings.Join(paths, "\x00"), "check-ignore", "--no-index", "--stdin", "-z")
	return strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
}

func ours(t rapid.TB, dir string, paths []string) []string {
	t.Helper()
	var out []string
	for _, p := range paths {
		at, here := dir, rulesAbove(dir)
		for part := range strings.SplitSeq(p, "/") {
			here = enter(at, here)
			at = filepath.Join(at, part)
			info, err := os.Lstat(at)
			if err != nil {
				t.Fatal(err)
			}
			if here.ignores(at, info.IsDir()) {
				out = append(out, p)
				break
			}
		}
	}
	return out
}

func sameAsGit(t rapid.TB, dir string, paths []string, rules any) {
	t.Helper()
	if d := cmp.Diff(asGit(t, dir, paths), ours(t, dir, paths), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("ignored by git (-) and by us (+) under %q:\n%s", rules, d)
	}
}

func TestIgnoreAsGit(t *testing.T) {
	needsGit(t)
	tree := []string{
		"main.tf", "a.tfstate", "x/main.tf", "x/a.tfstate", "x/y/main.tf", "x/y/z/main.tf", "y/x/main.tf",
		".terraform/p/q", "x/.terraform/p/q", "build/o", "x/build/o", "x/builds/o", "log", "x/log/1", "x/log/2",
		"#c", "!d", "e ", "e", "[f]", "g*h", "gxh", "ä/ö", "x y/z", "-", "deep/1/2/3/4/5", "a.b.c", "abcd/e/x", "abc/x", "abcx",
	}
	tests := []struct {
		name  string
		rules map[string]string // files of rules
	}{
		{"none", nil},
		{"empty", map[string]string{".gitignore": ""}},
		{"a name, anywhere", map[string]string{".gitignore": "main.tf\nbuild\n"}},
		{"stars", map[string]string{".gitignore": "*.tfstate\n*.tf\nb*d\n"}},
		{"anchored", map[string]string{".gitignore": "/main.tf\n/build\nx/y\n"}},
		{"folders only", map[string]string{".gitignore": "log/\nbuild/\nmain.tf/\n"}},
		{"negation", map[string]string{".gitignore": "*.tf\n!main.tf\nx/y\n"}},
		{"the last one decides", map[string]string{".gitignore": "!main.tf\n*.tf\n"}},
		{"nothing comes back from a folder that is out", map[string]string{".gitignore": "x/\n!x/main.tf\n!x/y/\n"}},
		{"all but one folder", map[string]string{".gitignore": "/*\n!/x\n/x/*\n!/x/y\n"}},
		{"all but one kind", map[string]string{".gitignore": "*\n!*/\n!*.tf\n"}},
		{"content of a folder", map[string]string{".gitignore": "x/**\n!x/log/\n"}},
		{"two stars in front", map[string]string{".gitignore": "**/log\n**/y/main.tf\n"}},
		{"two stars within", map[string]string{".gitignore": "deep/**/5\nx/**/main.tf\n"}},
		{"two stars before an escaped slash", map[string]string{".gitignore": "x/**\\/main.tf\n"}},
		{"two stars behind", map[string]string{".gitignore": "**/.terraform/**\n"}},
		{"two stars in a name", map[string]string{".gitignore": "x/b**o\nx/**s/o\nabc**/x\n"}},
		{"one star takes no slash", map[string]string{".gitignore": "x/*/main.tf\ndeep/*/5\n"}},
		{"nested", map[string]string{".gitignore": "*.tf\n", "x/.gitignore": "!main.tf\n/log\n", "x/y/.gitignore": "main.tf\n"}},
		{"nested, anchored where it stands", map[string]string{"x/.gitignore": "/main.tf\ny/z\n"}},
		{"a nested one is within a folder that is out", map[string]string{".gitignore": "x\n", "x/.gitignore": "!*\n"}},
		{"exclude", map[string]string{".git/info/exclude": "*.tf\n/log\n", ".gitignore": "!x/main.tf\n"}},
		{"comments and escapes", map[string]string{".gitignore": "#c\n\\#c\n\\!d\n\\-\n"}},
		{"spaces at the end", map[string]string{".gitignore": "e\\ \nlog   \nx y\n"}},
		{"tabs at the end stay", map[string]string{".gitignore": "log\t\n"}},
		{"lines of Windows", map[string]string{".gitignore": "log\r\n*.tf\r\n\r\n!main.tf\r\n"}},
		{"a byte order mark", map[string]string{".gitignore": "\xef\xbb\xbflog\n"}},
		{"no newline at the end", map[string]string{".gitignore": "a\nlog"}},
		{"a NUL", map[string]string{".gitignore": "log\x00x\nbui\x00ld\n"}},
		{"brackets", map[string]string{".gitignore": "[[]f]\n[a-c].tfstate\n[!x]\n"}},
		{"classes", map[string]string{".gitignore": "[[:lower:]]\n[[:digit:]]\nx[[:space:]]y\n"}},
		{"an unknown class", map[string]string{".gitignore": "[[:nix:]e]\n"}},
		{"brackets that are never closed", map[string]string{".gitignore": "[e\ne[\n"}},
		{"brackets hold no slash", map[string]string{".gitignore": "x[/]main.tf\nx[!a]main.tf\n"}},
		{"a question mark", map[string]string{".gitignore": "?\ng?h\nx?y\n"}},
		{"an escaped star", map[string]string{".gitignore": "g\\*h\n"}},
		{"a backslash at the end", map[string]string{".gitignore": "log\\\n"}},
		{"nothing but signs", map[string]string{".gitignore": "!\n/\n//\n!/\n\\\n"}},
		{"all", map[string]string{".gitignore": "**\n"}},
		{"all folders", map[string]string{".gitignore": "**/\n"}},
		{"two slashes", map[string]string{".gitignore": "x//y\nlog//\n//build\n"}},
		{"not ASCII", map[string]string{".gitignore": "ä/?\nö\n[ä]\n*ö*\n"}},
		{"rules below what is not a file", map[string]string{"x/y/.gitignore/rules": "main.tf\n"}},
	}
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	for _, name := range tree {
		put(t, dir, map[string]string{name: ""})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			put(t, dir, map[string]string{".git/info/exclude": ""})
			put(t, dir, tt.rules)
			sameAsGit(t, dir, below(t, dir), tt.rules)
			for _, place := range []string{"", "x", "x/y"} {
				if err := os.RemoveAll(filepath.Join(dir, place, ".gitignore")); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestIgnoreAsGitRandom makes up rules in several folders of one tree, of few
// letters, so that they match often.
func TestIgnoreAsGitRandom(t *testing.T) {
	needsGit(t)
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	names := []string{"a", "b", "ab", "a.b"}
	for _, x := range names {
		for _, y := range names {
			put(t, dir, map[string]string{path.Join(x, y, "a"): "", path.Join(x, y, "ab"): "", path.Join(x, y, "b", "a"): "", path.Join(x, y, "b", "b.a"): ""})
		}
		put(t, dir, map[string]string{path.Join(x, "aa"): "", path.Join(x, "b-a"): "", path.Join(x, "ba "): "", path.Join(x, "]"): ""})
	}
	paths := below(t, dir)
	part := rapid.SampledFrom([]string{
		"a", "b", "ab", "a", "b", "*", "**", "**/", "/**", "/**/", "/", "/", "?", ".", "a*", "[ab]", "[!a]", "[^b]", "[a-]", "[]a]", "[[:alpha:]]", "[a-b]b", "\\a", "\\", "\\/", " ", "[", "]", "-", "!", "#",
	})
	line := rapid.Custom(func(t *rapid.T) string {
		s := strings.Join(rapid.SliceOfN(part, 1, 6).Draw(t, "parts"), "")
		if rapid.IntRange(0, 3).Draw(t, "negated") == 0 {
			s = "!" + s
		}
		return s + rapid.SampledFrom([]string{"", "", "", "/", " ", "\r"}).Draw(t, "end")
	})
	lines := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(line, 0, 4).Draw(t, "lines"), "\n") })
	rapid.Check(t, func(t *rapid.T) {
		rules := map[string]string{}
		for _, file := range []string{".git/info/exclude", ".gitignore", "a/.gitignore", "a/b/.gitignore"} {
			rules[file] = lines.Draw(t, file)
		}
		put(t, dir, rules)
		sameAsGit(t, dir, paths, rules)
	})
}

// TestIgnoreAcrossRepositories: git does not look from one repository into
// another, and keeps what belongs to a worktree or a submodule elsewhere.
func TestIgnoreAcrossRepositories(t *testing.T) {
	needsGit(t)
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	put(t, dir, map[string]string{
		".gitignore": "*.tf\n", ".git/info/exclude": "log\n", "a.tf": "", "log": "",
		"modules/vpc/a.tf": "", "modules/vpc/b.tf": "", "modules/vpc/log": "", "modules/vpc/x/a.tf": "",
		"modules/none/.git/what": "", "modules/none/a.tf": "",
	})
	vpc := filepath.Join(dir, "modules", "vpc")
	git(t, vpc, "", "init", "-q")
	put(t, vpc, map[string]string{".git/info/exclude": "/a.tf\n"})
	sameAsGit(t, dir, []string{"a.tf", "log", "modules", "modules/vpc", "modules/none/a.tf"}, "the outer")
	sameAsGit(t, vpc, below(t, vpc), "the inner")
	if got := ours(t, dir, []string{"modules/vpc/a.tf", "modules/vpc/b.tf", "modules/vpc/log", "modules/vpc/x/a.tf"}); !cmp.Equal(got, []string{"modules/vpc/a.tf"}) {
		t.Errorf("seen from the outer one, the inner ignores %q", got)
	}
	if got := asGit(t, vpc, []string{"a.tf", "b.tf", "log", "x/a.tf"}); !cmp.Equal(got, []string{"a.tf"}) {
		t.Errorf("git ignores %q there", got)
	}

	git(t, vpc, "", "-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "x")
	tree := filepath.Join(t.TempDir(), "tree")
	git(t, vpc, "", "worktree", "add", "-q", tree)
	put(t, tree, map[string]string{"a.tf": "", "b.tf": "", "x/a.tf": ""})
	sameAsGit(t, tree, []string{"a.tf", "b.tf", "x", "x/a.tf"}, "a worktree")
	if got := ours(t, tree, []string{"a.tf", "b.tf"}); !cmp.Equal(got, []string{"a.tf"}) {
		t.Errorf("the worktree ignores %q", got)
	}
}

// TestIgnoreAbove: the rules of a repository hold in a folder of it that is
// scanned by itself, unless they ignore that folder.
func TestIgnoreAbove(t *testing.T) {
	needsGit(t)
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	put(t, dir, map[string]string{
		".gitignore": "*.tfstate\n/envs/prod/log\n/home\n", "envs/.gitignore": "!b.tfstate\n",
		"envs/prod/a.tfstate": "", "envs/prod/b.tfstate": "", "envs/prod/log": "", "envs/prod/main.tf": "",
		"home/infra/a.tfstate": "",
	})
	prod := filepath.Join(dir, "envs", "prod")
	sameAsGit(t, prod, below(t, prod), "the rules above")
	if got := ours(t, prod, below(t, prod)); !cmp.Equal(got, []string{"a.tfstate", "log"}) {
		t.Errorf("ignored: %q", got)
	}
	if got := ours(t, filepath.Join(dir, "home", "infra"), []string{"a.tfstate"}); got != nil {
		t.Errorf("in a folder that was named though it is ignored: %q", got)
	}
}

// TestIgnoreLinkedRules: git does not follow a .gitignore that is a link.
func TestIgnoreLinkedRules(t *testing.T) {
	needsGit(t)
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	put(t, dir, map[string]string{"rules": "main.tf\n", "x/main.tf": "", "main.tf": "", "y/.gitignore": "main.tf\n", "y/main.tf": ""})
	if err := os.Symlink("../rules", filepath.Join(dir, "x", ".gitignore")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	sameAsGit(t, dir, below(t, dir), "a link")
}

// TestIgnoreWithoutRepository: what lies above a folder outside every repository
// says nothing about it.
func TestIgnoreWithoutRepository(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{".gitignore": "main.tf\n", "infra/main.tf": "", "infra/.gitignore": "log\n", "infra/log": ""})
	infra := filepath.Join(dir, "infra")
	if rulesAbove(infra) != nil {
		t.Skip("the folder for temporary files is in a repository")
	}
	if got := ours(t, infra, []string{"main.tf", "log"}); !cmp.Equal(got, []string{"log"}) {
		t.Errorf("ignored: %q", got)
	}
}

// TestGlobDoesNotExplode: a pattern that matches in very many ways, and does not.
func TestGlobDoesNotExplode(t *testing.T) {
	for _, pattern := range []string{strings.Repeat("a*", 50) + "b", strings.Repeat("**/a*", 30) + "/b", strings.Repeat("**/", 40) + "b"} {
		g, ok := parseGlob(pattern)
		if !ok || g.match(strings.Repeat("a/", 100)+strings.Repeat("a", 200)) {
			t.Errorf("%s: %v", pattern, ok)
		}
	}
}
