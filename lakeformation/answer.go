package lakeformation

import (
	"bytes"
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// maxErrorBody is how much of a failed call's body is read, in bytes.
const maxErrorBody = 64 << 10

// answer is what a failed call's body says, in whatever shape it came.
type answer struct {
	code, message, commonCode, solution, requestID string

	why why // set where the body is not LakeFormation's kind
}

var (
	// loosePair finds "key": "value" where JSON cannot be parsed: single quotes (as one page prints them) or a body
	// that was cut off. A single-quoted value may hold apostrophes, so it ends at a quote before a comma or brace.
	loosePair = regexp.MustCompile(`(?s)["']([A-Za-z_]{1,40})["']\s*:\s*(?:"((?:[^"\\]|\\.)*)|'(.*?)(?:'\s*[,}\]]|$)|(\d+))`)
	titleTag  = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
)

// parseAnswer takes every body that the service, its gateway, IAM or a proxy between may send, and never fails.
// Secrets are values that no field may repeat.
func parseAnswer(body []byte, secrets []string) answer {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case len(body) == 0:
		return answer{why: whyEmpty}
	case body[0] == '<':
		a := answer{why: whyHTML}
		if title := titleTag.FindSubmatch(body); title != nil {
			a.message = tidy(html.UnescapeString(string(title[1])), maxMessage, secrets...)
		}
		return a
	}
	fields := map[string]string{}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&tree) == nil {
		collect(fields, tree, 0)
	} else {
		for _, m := range loosePair.FindAllSubmatch(body, 200) {
			keep(fields, string(m[1]), string(slices.Concat(m[2], m[3], m[4])))
		}
	}
	first := func(max int, names ...string) string {
		for _, name := range names {
			if fields[name] != "" {
				return tidy(fields[name], max, secrets...)
			}
		}
		return ""
	}
	a := answer{
		code:       first(maxCode, "errorcode", "code"),
		message:    first(maxMessage, "errormsg", "errormessage", "message", "errordescription", "error"),
		commonCode: first(maxCode, "commonerrorcode"),
		solution:   first(maxMessage, "solutionmsg", "solution"),
		requestID:  first(maxCode, "requestid"),
	}
	if a.code == "" && a.message == "" {
		a.why, a.message = whyGarbage, tidy(string(body), maxMessage, secrets...)
	}
	return a
}

// collect gathers the texts of an object and then, where the outer one lacks them, of those inside it.
func collect(fields map[string]string, tree any, depth int) {
	const deepest = 4
	if depth > deepest {
		return
	}
	switch node := tree.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(node))
		for _, key := range keys {
			switch value := node[key].(type) {
			case string:
				keep(fields, key, value)
			case json.Number:
				keep(fields, key, value.String())
			}
		}
		for _, key := range keys {
			collect(fields, node[key], depth+1)
		}
	case []any:
		for _, element := range node {
			collect(fields, element, depth+1)
		}
	}
}

// keep files a text under its name in one spelling: error_code, errorCode and ErrorCode are the same.
func keep(fields map[string]string, key, value string) {
	name := strings.ToLower(strings.ReplaceAll(key, "_", ""))
	if fields[name] == "" {
		fields[name] = value
	}
}
