package cache

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A chunk is one value of the file: format (1 byte), checksum of the rest (4),
// method (1), length of the payload (uvarint), the payload. A chunk of another
// format or with a wrong checksum counts as absent: its scope is read again.

// format is the version of chunks and of records.go: raise it with any change of
// these, and all is read anew. Usage has a version for each of its parts, and
// where a part is new it is not there, and is read; neither takes away the rest.
const format = 2

const (
	plain byte = iota
	compressed
)

// maxRatio is how many bytes a stored byte may stand for. Denser payloads are
// stored plain, so that a damaged length cannot ask for much memory.
const maxRatio = 64

var (
	errFormat = errors.New("written by another version")
	errDamage = errors.New("checksum or structure wrong")
)

// crc is Castagnoli's polynomial, which processors have an instruction for.
var crc = crc32.MakeTable(crc32.Castagnoli)

const chunkHead = 1 + crc32.Size

// codec compresses. Its parts are built on first use: a start that finds no
// cache needs neither.
type codec struct {
	encoder func() (*zstd.Encoder, error)
	decoder func() (*zstd.Decoder, error)
}

func newCodec() codec {
	return codec{
		encoder: sync.OnceValues(func() (*zstd.Encoder, error) {
			return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
		}),
		decoder: sync.OnceValues(func() (*zstd.Decoder, error) {
			return zstd.NewReader(nil, zstd.WithDecoderConcurrency(workers()), zstd.WithDecodeAllCapLimit(true))
		}),
	}
}

// seal makes a chunk of a payload.
func (c codec) seal(payload []byte) ([]byte, error) {
	enc, err := c.encoder()
	if err != nil {
		return nil, err
	}
	body := enc.EncodeAll(payload, nil)
	method := compressed
	if len(body) >= len(payload) || len(body)*maxRatio < len(payload) {
		method, body = plain, payload
	}
	return frame(method, len(payload), body), nil
}

// sealPlain makes a chunk of a payload too small to gain from compression.
func sealPlain(payload []byte) []byte { return frame(plain, len(payload), payload) }

func frame(method byte, length int, body []byte) []byte {
	out := make([]byte, chunkHead, chunkHead+1+binary.MaxVarintLen64+len(body))
	out[0] = format
	out = append(out, method)
	out = binary.AppendUvarint(out, uint64(length))
	out = append(out, body...)
	binary.LittleEndian.PutUint32(out[1:], crc32.Checksum(out[chunkHead:], crc))
	return out
}

// sum is a chunk's checksum.
func sum(chunk []byte) uint32 { return binary.LittleEndian.Uint32(chunk[1:]) }

// open gives a chunk's payload. It lies in chunk or in buf, whichever it needs,
// and the possibly grown buf is returned for the next chunk.
func (c codec) open(chunk, buf []byte) (payload, _ []byte, err error) {
	if len(chunk) < chunkHead+2 {
		return nil, buf, errDamage
	}
	if chunk[0] != format {
		return nil, buf, errFormat
	}
	rest := chunk[chunkHead:]
	if crc32.Checksum(rest, crc) != sum(chunk) {
		return nil, buf, errDamage
	}
	length, n := binary.Uvarint(rest[1:])
	if n <= 0 {
		return nil, buf, errDamage
	}
	return c.body(rest[0], length, rest[1+n:], buf)
}

func (c codec) body(method byte, length uint64, body, buf []byte) (payload, _ []byte, err error) {
	switch {
	case method == plain && length == uint64(len(body)):
		return body, buf, nil
	case method != compressed || length/maxRatio > uint64(len(body)):
		return nil, buf, errDamage
	}
	dec, err := c.decoder()
	if err != nil {
		return nil, buf, err
	}
	buf = slices.Grow(buf[:0], int(length))
	payload, err = dec.DecodeAll(body, buf[:0:length])
	if err != nil || uint64(len(payload)) != length {
		return nil, buf, errDamage
	}
	return payload, buf, nil
}
