package awsclient

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/amiscope/amiscope/model"
)

// ProfileNames lists the profiles of the user's AWS config and credentials
// files, sorted. Files that do not exist hold none.
func ProfileNames() ([]string, error) {
	files, err := readFiles()
	if err != nil {
		return nil, err
	}
	return files.names(), nil
}

// Profiles describes them: where each leads, and whether its login lasts, as
// far as files tell. Nothing is called.
func Profiles(now time.Time) ([]model.Profile, error) {
	files, err := readFiles()
	if err != nil {
		return nil, err
	}
	var out []model.Profile
	for _, name := range files.names() {
		out = append(out, files.describe(name, now))
	}
	return out, nil
}

// awsFiles are the user's AWS files: properties by profile, and by sso-session.
type awsFiles struct {
	profiles map[string]map[string]string
	sessions map[string]map[string]string
}

func readFiles() (awsFiles, error) {
	f := awsFiles{map[string]map[string]string{}, map[string]map[string]string{}}
	for _, file := range []struct {
		path    string
		section func(string) (string, bool)
	}{
		{cmp.Or(os.Getenv("AWS_CONFIG_FILE"), config.DefaultSharedConfigFilename()), configProfile},
		{cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename()), credentialsProfile},
	} {
		sections, err := sectionsIn(file.path)
		if err != nil {
			return f, err
		}
		for _, s := range sections {
			if name, ok := file.section(s.name); ok {
				merge(f.profiles, name, s.values)
			}
			if name, ok := strings.CutPrefix(s.name, "sso-session "); ok {
				merge(f.sessions, name, s.values)
			}
		}
	}
	return f, nil
}

func sectionsIn(path string) (sections []section, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sections, err = parseSections(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return sections, nil
}

// merge adds properties to those of a name; the later file's go first.
func merge(all map[string]map[string]string, name string, values map[string]string) {
	if all[name] == nil {
		all[name] = map[string]string{}
	}
	for k, v := range values {
		all[name][k] = v
	}
}

func (f awsFiles) names() []string {
	var out []string
	for name := range f.profiles {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// describe reads a profile in the order in which the SDK decides: a role first,
// then keys, then what gives keys.
func (f awsFiles) describe(name string, now time.Time) model.Profile {
	p := model.Profile{Name: name}
	v := f.profiles[name]
	switch {
	case v["role_arn"] != "":
		p.Kind = "role"
		p.Account, p.Role = roleOf(v["role_arn"])
		p.Login, p.Until = f.loginState(v, now)
	case v["aws_access_key_id"] != "":
		p.Kind = "keys"
		p.Login = model.LoginValid
	case v["sso_session"] != "" || v["sso_start_url"] != "":
		p.Kind, p.Account, p.Role = "sso", v["sso_account_id"], v["sso_role_name"]
		p.Login, p.Until = f.loginState(v, now)
	case v["login_session"] != "":
		p.Kind = "console"
		p.Account = accountOf(v["login_session"])
	case v["credential_process"] != "":
		p.Kind = "process"
	default:
		p.Kind = "machine"
	}
	return p
}

// loginState follows source profiles to the login that they stand on.
func (f awsFiles) loginState(v map[string]string, now time.Time) (model.LoginState, time.Time) {
	for range len(f.profiles) { // more steps than profiles are a circle
		switch {
		case v["source_profile"] != "" && v["role_arn"] != "":
			v = f.profiles[v["source_profile"]]
		case v["aws_access_key_id"] != "":
			return model.LoginValid, time.Time{}
		case v["sso_session"] != "":
			return tokenState(v["sso_session"], now)
		case v["sso_start_url"] != "":
			return tokenState(v["sso_start_url"], now)
		default:
			return model.LoginUnknown, time.Time{}
		}
	}
	return model.LoginUnknown, time.Time{}
}

// roleOf gives account and name of a role by its ARN.
func roleOf(role string) (account, name string) {
	_, name, _ = strings.Cut(role, ":role/")
	return accountOf(role), name[strings.LastIndex(name, "/")+1:]
}

func accountOf(principal string) string {
	a, err := arn.Parse(principal)
	if err != nil {
		return ""
	}
	return a.AccountID
}

// configProfile reads a section of the config file, where a profile other than
// the default needs its prefix; sso-session, services and the like hold none.
func configProfile(section string) (string, bool) {
	if strings.EqualFold(section, "default") {
		return "default", true
	}
	name, ok := strings.CutPrefix(section, "profile ")
	return name, ok && name != ""
}

// credentialsProfile reads a section of the credentials file, which knows no
// prefix: the SDK ignores a section that has one.
func credentialsProfile(section string) (string, bool) {
	return section, section != "" && !strings.HasPrefix(section, "profile ")
}
