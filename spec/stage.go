package spec

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connector-spec/connector/formula"
)

// Ready returns the text of the spec file as it is, and as it is when it says
// "stage: ready" with that digest beside it; everything else stays, byte for
// byte. It is an error if the file is written so that this is not certain.
func (c *Connector) Ready(digest formula.Value) (before, after []byte, err error) {
	before, ok := c.FileText(c.File)
	if !ok {
		return nil, nil, fmt.Errorf("the text of %s is not known", c.File)
	}
	after, source := before, c.source
	for _, change := range []func(*Source) (Edit, bool, error){
		func(s *Source) (Edit, bool, error) { return s.readyStage() },
		func(s *Source) (Edit, bool, error) { return s.readyDigest(digest) },
	} {
		edit, needed, err := change(source)
		if err != nil {
			return nil, nil, err
		}
		if !needed {
			continue
		}
		after, _ = Mend(after, []*Fix{{Edits: []Edit{edit}}})
		var problems []Diagnostic
		if source, problems = Parse(c.File, after); !source.Readable() || hasError(problems) {
			return nil, nil, errNotCertain
		}
	}
	then, now := c.source.Value(), source.Value()
	rest := func(v formula.Value) formula.Value { return v.Without("stage").Without("readyDigest") }
	if now.Get("stage").Text() != stageReady || !now.Get("readyDigest").Equal(digest) || !rest(then).Equal(rest(now)) {
		return nil, nil, errNotCertain
	}
	return before, after, nil
}

const stageReady = "ready"

var errNotCertain = errors.New("it is not certain how to write the stage into this file: write stage: draft on a line of its own at its top, and leave out readyDigest")

func hasError(list []Diagnostic) bool {
	for _, d := range list {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// readyStage returns the change by which a source says that it is ready.
func (s *Source) readyStage() (edit Edit, needed bool, err error) {
	root, missing := s.find("")
	if missing || root.node.Kind != yaml.MappingNode || root.isShared() || len(root.node.Content) == 0 {
		return Edit{}, false, errNotCertain
	}
	if stage := s.Value().Get("stage"); stage.Text() == stageReady {
		return Edit{}, false, nil
	} else if !stage.IsUndefined() {
		fix := s.ReplaceFix("/stage", stageReady)
		if fix == nil {
			return Edit{}, false, errNotCertain
		}
		return fix.Edits[0], true, nil
	}
	if root.node.Style&yaml.FlowStyle != 0 {
		edit, ok := s.insertFlow(root, `stage: "`+stageReady+`"`)
		return edit, ok, errUnless(ok)
	}
	for _, beside := range []string{"version", "name", "key"} {
		if f, found := s.child(root, beside); found && s.isLine(f) {
			return s.insertBelow(root.node, f.node, "stage: "+stageReady), true, nil
		}
	}
	return s.insertBlock(root.node, "stage: "+stageReady), true, nil
}

func errUnless(ok bool) error {
	if ok {
		return nil
	}
	return errNotCertain
}

// readyDigest returns the change by which a source that has a stage has that
// digest.
func (s *Source) readyDigest(digest formula.Value) (edit Edit, needed bool, err error) {
	if s.Value().Get("readyDigest").Equal(digest) {
		return Edit{}, false, nil
	}
	root, _ := s.find("")
	old, there := s.child(root, "readyDigest")
	if root.node.Style&yaml.FlowStyle != 0 {
		written := string(digest.AppendJSON(nil))
		if there {
			return s.edit(s.valueSpan(old.node), written), true, nil
		}
		edit, ok := s.insertFlow(root, "readyDigest: "+written)
		return edit, ok, errUnless(ok)
	}
	field := strings.TrimSuffix(string(EncodeYAML(formula.Object(formula.Member{Key: "readyDigest", Value: digest}))), "\n")
	if there {
		start := s.valueSpan(old.key).start
		end := s.nodeEnd(old.node, s.contentStart(old.node))
		if rest := bytes.TrimSpace(s.data[end:s.lineEnd(end)]); end <= start || len(rest) > 0 {
			return Edit{}, false, errNotCertain
		}
		return s.edit(span{start, end}, s.indented(root.node, field, start)), true, nil
	}
	stage, found := s.child(root, "stage")
	if !found || !s.isLine(stage) {
		return Edit{}, false, errNotCertain
	}
	return s.insertBelow(root.node, stage.node, field), true, nil
}

// insertBelow adds a field to an object in lines, below the line on which the
// value of another one ends.
func (s *Source) insertBelow(object, value *yaml.Node, field string) Edit {
	end := s.lineEnd(s.valueSpan(value).end)
	indent := strings.Repeat(" ", object.Content[0].Column-1)
	return s.edit(span{end, end}, s.lineBreak(end)+indent+s.indented(object, field, end))
}

// indented returns lines as they stand in an object from an offset on: all but
// the first below its fields, and with the line breaks that the file has there.
func (s *Source) indented(object *yaml.Node, lines string, at int) string {
	indent := strings.Repeat(" ", object.Content[0].Column-1)
	return strings.ReplaceAll(lines, "\n", s.lineBreak(s.lineEnd(at))+indent)
}
