package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A configuration is a .connector.yml, or .connector.yaml, that was read.
type configuration struct {
	policy   *lint.Policy
	problems []spec.Diagnostic
	err      error // why it could not be read

	said bool // its problems were reported
}

// configurations finds the .connector.yml, which may be called .connector.yaml,
// that holds for a directory: the one in it, or the nearest above it. The search ends with the directory that holds
// .git, the user's home, or the top of the volume. The nearest file holds
// alone: nothing is merged. Each directory is looked at once, however many
// connectors lie below it.
type configurations struct {
	home     string
	disabled []string // codes that the command line switches off

	lock  sync.Mutex
	found map[string]*configuration // by absolute directory
}

func newConfigurations(g *global, disabled []string) *configurations {
	home := g.Getenv("HOME")
	if home == "" {
		home = g.Getenv("USERPROFILE")
	}
	return &configurations{home: filepath.Clean(home), disabled: disabled, found: make(map[string]*configuration)}
}

// of returns the configuration for connectors in a directory.
func (c *configurations) of(dir string) *configuration {
	c.lock.Lock()
	defer c.lock.Unlock()
	if known := c.found[dir]; known != nil {
		return known
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return &configuration{err: err}
	}
	c.found[dir] = c.at(absolute)
	return c.found[dir]
}

func (c *configurations) at(dir string) *configuration {
	if known := c.found[dir]; known != nil {
		return known
	}
	name, other := filepath.Join(dir, lint.PolicyFile), filepath.Join(dir, lint.OtherPolicyFile)
	var found *configuration
	if isFile(name) && isFile(other) {
		found = &configuration{err: fmt.Errorf("%s: beside it lies %s; keep one of them", shownName(name), lint.OtherPolicyFile)}
	} else if isFile(name) {
		found = c.read(name)
	} else if isFile(other) {
		found = c.read(other)
	} else if parent := filepath.Dir(dir); parent == dir || dir == c.home || exists(filepath.Join(dir, ".git")) {
		found = &configuration{policy: (*lint.Policy)(nil).Without(c.disabled...)}
	} else {
		found = c.at(parent)
	}
	c.found[dir] = found
	return found
}

// isFile tells whether there is something of a name.
func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// shownName returns the name of a file as the user would write it.
func shownName(name string) string {
	if wd, err := os.Getwd(); err == nil {
		if relative, err := filepath.Rel(wd, name); err == nil {
			name = relative
		}
	}
	return filepath.ToSlash(name)
}

// read reads a configuration and names it as the user would write it.
func (c *configurations) read(name string) *configuration {
	shown := shownName(name)
	info, err := os.Stat(name)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > spec.MaxFileSize) {
		return &configuration{err: fmt.Errorf("%s: a configuration is a regular file of at most %d KiB", shown, spec.MaxFileSize>>10)}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		var e *fs.PathError
		if errors.As(err, &e) {
			err = e.Err
		}
		return &configuration{err: fmt.Errorf("read %s: %w", shown, err)}
	}
	policy, problems := lint.ParsePolicy(shown, data)
	return &configuration{policy: policy.Without(c.disabled...), problems: problems}
}

// report prints what is wrong with the configuration, the first time.
func (c *configuration) report(out report.Diagnostics, summary *report.Summary) error {
	if c.said || len(c.problems) == 0 {
		return nil
	}
	c.said = true
	summary.Add(c.problems)
	return out.Write(report.Checked{File: c.problems[0].File, Diagnostics: c.problems})
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// disableFlag adds --disable, and refuses what cannot be switched off.
func disableFlag(cmd *cobra.Command, codes *[]string) {
	var given []string
	cmd.Flags().StringArrayVar(&given, "disable", nil, "do not report these `codes` of opinions, separated by commas")
	_ = cmd.RegisterFlagCompletionFunc("disable", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var opinions []string
		for _, p := range lint.Pages() {
			if p.Severity() != spec.Error {
				opinions = append(opinions, cobra.CompletionWithDesc(p.Code, p.Summary))
			}
		}
		return opinions, cobra.ShellCompDirectiveNoFileComp
	})
	pre := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		for code := range strings.SplitSeq(strings.Join(given, ","), ",") {
			if code = strings.TrimSpace(code); code == "" {
				continue
			}
			if message, hint := lint.CheckCode(code); message != "" {
				return usagef("--disable: %s; %s", message, hint)
			}
			if why := lint.RefuseDisable(code); why != "" {
				return usagef("--disable: %s", why)
			}
			*codes = append(*codes, code)
		}
		if pre != nil {
			return pre(cmd, args)
		}
		return nil
	}
}
