package cli

import (
	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/spec"
)

// checkRecordings refuses flags that exclude each other.
func (opts *testOptions) checkRecordings() error {
	switch {
	case opts.compare && (opts.record || opts.replay || opts.simulate):
		return usagef("--compare tests against the real API and keeps nothing: it goes with none of --record, --replay and --simulate")
	case (opts.refresh || opts.disconnect) && (opts.operations && !opts.auth):
		return usagef("--refresh and --disconnect belong to --auth")
	case opts.refresh && opts.disconnect:
		return usagef("--refresh and --disconnect are runs of their own: give one of them")
	case (opts.refresh || opts.disconnect) && opts.replay:
		return usagef("what was recorded with --refresh or --disconnect is replayed without the flag")
	case opts.disconnect && !(opts.live || opts.record || opts.compare || opts.simulate):
		return usagef("--disconnect ends the permission at the provider: say --live or --record, too")
	}
	return nil
}

// forced tells whether tests run for real also where there are recordings.
func (opts *testOptions) forced() bool {
	return opts.live || opts.record || opts.compare || opts.refresh && !opts.simulate || opts.stored.named()
}

// courses returns what is run of an option besides its operations: what was
// asked for, else the plain test and all of which there are recordings.
func (t *tester) courses(c *spec.Connector, option string) ([]auth.Course, error) {
	switch {
	case t.opts.refresh:
		return []auth.Course{auth.Refresh}, nil
	case t.opts.disconnect:
		return []auth.Course{auth.Disconnect}, nil
	case t.opts.forced() || t.opts.simulate:
		return []auth.Course{auth.Plain}, nil
	}
	var list []auth.Course
	for _, course := range auth.Courses() {
		if there, err := c.HasRecording(c.RecordingFile(option, string(course))); err != nil {
			return nil, err
		} else if there || course == auth.Plain {
			list = append(list, course)
		}
	}
	return list, nil
}
