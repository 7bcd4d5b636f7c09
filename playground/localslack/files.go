package localslack

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// File is a file or a snippet that was uploaded.
type File struct {
	ID      string
	Name    string
	Title   string
	Content string // all of it, as it was uploaded
}

// upload is a file on its way: announced, then sent, then shared. At Slack the
// file has a size from the first step on, and the second must keep to it.
type upload struct {
	File
	size int
	sent bool
	done bool
}

const (
	fileLimit   = 64 << 20 // Slack takes 1 GB; this is ours
	snippetSize = 1 << 20  // https://docs.slack.dev/reference/methods/files.getUploadURLExternal
	uploadPath  = "/upload/v1/"
)

// uploadURL announces a file: https://docs.slack.dev/reference/methods/files.getUploadURLExternal.
func (s *Server) uploadURL(a args) (answer, *failure) {
	size, err := strconv.Atoi(a["length"])
	switch {
	case a["filename"] == "" || a["length"] == "":
		return nil, invalid("invalid_arguments", []string{errorMark + "missing required field: filename, length"})
	case err != nil || size <= 0:
		return nil, fail("invalid_arguments")
	case a["snippet_type"] != "" && size > snippetSize:
		return nil, fail("snippet_too_large")
	case size > fileLimit:
		return nil, fail("file_upload_size_restricted")
	}
	u := &upload{File: File{ID: "F0" + strings.ToUpper(newID()[:8]), Name: a["filename"], Title: a["filename"]}, size: size}
	s.uploads[u.ID] = u
	return answer{"upload_url": s.url + uploadPath + u.ID, "file_id": u.ID}, nil
}

// serveUpload takes the bytes, bare or as a form; the address is the permission.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	id := path.Base(r.URL.Path)
	call := s.record("upload", args{"file": id})
	fault, hit := s.takeFault("upload")
	if hit && !s.suffer(w, r, call, fault) {
		return
	}
	content, err := uploadedBytes(w, r)
	s.mu.Lock()
	u := s.uploads[id]
	known := u != nil && !u.sent
	fits := known && err == nil && len(content) == u.size
	if fits {
		u.sent, u.Content = true, string(content)
	}
	s.mu.Unlock()
	switch {
	case fits:
		s.finish(call, "")
		_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(content)))
	case known:
		s.finish(call, "bad_length")
		http.Error(w, "the length is not the announced one", http.StatusBadRequest)
	default:
		s.finish(call, "file_not_found")
		http.Error(w, "no upload is expected here", http.StatusNotFound)
	}
}

func uploadedBytes(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body := http.MaxBytesReader(w, r.Body, fileLimit+1<<20)
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return io.ReadAll(body)
	}
	form := multipart.NewReader(body, parameters["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

// completeUpload shares files: https://docs.slack.dev/reference/methods/files.completeUploadExternal.
func (s *Server) completeUpload(a args) (answer, *failure) {
	files, f := s.uploaded(a.json("files"))
	if f != nil {
		return nil, f
	}
	var targets []string
	for _, id := range strings.Split(a["channel_id"]+","+a["channels"], ",") {
		if id != "" {
			targets = append(targets, id)
		}
	}
	for _, id := range targets {
		if f := s.share(id, a, files); f != nil {
			return nil, f
		}
	}
	list := []answer{}
	for _, file := range files {
		s.uploads[file.ID].done = true
		list = append(list, s.wireFile(file))
	}
	return answer{"files": list}, nil
}

// uploaded are the files a call names, with their titles.
func (s *Server) uploaded(raw json.RawMessage) ([]File, *failure) {
	var named []struct{ ID, Title string }
	if json.Unmarshal(raw, &named) != nil || len(named) == 0 {
		return nil, invalid("invalid_arguments", []string{errorMark + "missing required field: files"})
	}
	var out []File
	for _, n := range named {
		u := s.uploads[n.ID]
		switch {
		case u == nil || !u.sent:
			return nil, fail("file_not_found")
		case u.done:
			return nil, fail("file_already_completed") // the name is ours: Slack documents none
		}
		if n.Title != "" {
			u.Title = n.Title
		}
		out = append(out, u.File)
	}
	return out, nil
}

// share posts the files into a conversation the bot is a member of.
func (s *Server) share(id string, a args, files []File) *failure {
	c, f := s.writable(id)
	if f != nil {
		return f
	}
	if !c.BotIsMember { // chat:write.public does not cover files
		return fail("not_in_channel")
	}
	says := content{Text: a["initial_comment"]}
	if blocks := a.json("blocks"); says.Text == "" && !isEmptyJSON(blocks) {
		if says, f = checkContent(content{Blocks: blocks}); f != nil {
			return f
		}
	}
	thread, f := c.threadOf(a["thread_ts"])
	if f != nil {
		return f
	}
	s.addByBot(c, says, thread).Files = slices.Clone(files)
	s.note()
	return nil
}

func (s *Server) wireFile(file File) answer {
	return answer{
		"id": file.ID, "name": file.Name, "title": file.Title, "size": len(file.Content), "mimetype": "text/plain", "filetype": "text",
		"user": s.cfg.Bot.ID, "permalink": "https://" + s.cfg.Team.Domain + ".slack.com/files/" + s.cfg.Bot.ID + "/" + file.ID + "/" + file.Name,
	}
}
