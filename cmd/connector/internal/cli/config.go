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

// A configuration is a .connector.yml that was read.
type configuration struct {
	policy   *lint.Policy
	problems []spec.Diagnostic
	err      error // why it could not be read

	said bool // its problems were reported
}

// configurations finds the .connector.yml that holds for a directory: the one
// in it, or the nearest above it. The search ends with the directory that holds
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
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return &configuration{err: err}
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.at(absolute)
}

func (c *configurations) at(dir string) *configuration {
	if known := c.found[dir]; known != nil {
		return known
	}
	name := filepath.Join(dir, lint.PolicyFile)
	var found *configuration
	if _, err := os.Stat(name); err == nil {
		found = c.read(name)
	} else if parent := filepath.Dir(dir); parent == dir || dir == c.home || exists(filepath.Join(dir, ".git")) {
		found = &configuration{policy: (*lint.Policy)(nil).Without(c.disabled...)}
	} else {
		found = c.at(parent)
	}
	c.found[dir] = found
	return found
}

// read reads a configuration and names it as the user would write it.
func (c *configurations) read(name string) *configuration {
	shown := name
	if wd, err := os.Getwd(); err == nil {
		if relative, err := filepath.Rel(wd, name); err == nil {
			shown = relative
		}
	}
	shown = filepath.ToSlash(shown)
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
