// SPDX-License-Identifier: GPL-2.0
/* Reads chunks ahead in threads of their own, and hands over their records, those of several files by time. */
#include "recording/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/text.h"
#include "recording/rows.h"
#include "recording/schema.h"

/* Records of one source_read(): so that signals are looked at between. */
#define READ_AT_ONCE 8192

/* Rows of a chunk, and chunks of a file that may wait to be taken: some ten megabytes. */
#define CHUNK_IDS 8192
#define SLOTS	  4

/* Threads that read: what takes the records has most of a core to do, too. */
#define MAX_WORKERS 2

/* No id that clonescope gives comes near it; so that sums of ids don't overflow. */
#define MAX_ID (INT64_MAX / 2)

enum slot_state {
	SLOT_FREE,
	SLOT_BUSY, /* a worker fills it */
	SLOT_READY,
};

struct slot {
	enum slot_state state;
	int64_t first;
	struct chunk chunk;
	char error[128]; /* it ends there */
};

struct file {
	const char *path;
	bool is_growing;
	char *tells[SOURCE_MAX_PLACES]; /* of its places, as they are in the source's */
	size_t places;
	sqlite3 *db
		[MAX_WORKERS]; /* a connection for each; the first is also ours, at the beginning */
	struct rows *rows[MAX_WORKERS];
	uint64_t shift_ns; /* from its clock to that of all */
	int64_t since_ns;
	int64_t realtime_ns; /* what the wall clock says more than its own */
	char boot_id[40];
	uint8_t backend;

	/* Under the lock. Chunks are numbered; the slot of a chunk is its number modulo SLOTS. */
	int64_t next_first; /* of the chunk that is to be read next */
	int64_t last_id;
	uint64_t claimed; /* chunks, so far */
	uint64_t taken;
	struct slot slots[SLOTS];

	const struct cs_head *head; /* comes next, of the chunk `taken`; NULL: none is left */
};

struct recording {
	struct source source;
	struct recording_info info;
	struct file *files;
	size_t count;
	uint32_t kinds;
	struct losses losses;
	char error[SOURCE_WHY_SIZE]; /* of the first reading that failed */

	pthread_mutex_t lock;
	pthread_cond_t changed; /* a slot's state, or stopping */
	bool stopping;
	size_t workers; /* threads that run */
	pthread_t threads[MAX_WORKERS];
};

struct worker {
	struct recording *recording;
	size_t number;
};

static const struct source_ops recording_ops;

static struct recording *to_recording(const struct source *source)
{
	return (struct recording *)source;
}

/* @reason: SQLite's may have names in it that are the file's own. */
static int refuse(char *why, const char *path, const char *reason)
{
	char quoted[256], said[256];

	snprintf(why, SOURCE_WHY_SIZE, "%s: %s", text_quote_word(quoted, sizeof(quoted), path),
		 text_quote(said, sizeof(said), reason));
	return -EINVAL;
}

/* --- what is known of a file --------------------------------------------------------------------------- */

static int64_t pragma(sqlite3 *db, const char *text)
{
	sqlite3_stmt *statement = NULL;
	int64_t value = 0;

	if (!sqlite3_prepare_v2(db, text, -1, &statement, NULL) &&
	    sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

/* Prepared so that the caller finds the value in column 0; NULL: there is none. */
static sqlite3_stmt *find_meta(sqlite3 *db, const char *key)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = ?", -1, &statement, NULL))
		return NULL;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW)
		return statement;
	sqlite3_finalize(statement);
	return NULL;
}

static int64_t meta_number(sqlite3 *db, const char *key)
{
	sqlite3_stmt *statement = find_meta(db, key);
	int64_t value = statement ? sqlite3_column_int64(statement, 0) : 0;

	sqlite3_finalize(statement);
	return value;
}

static void meta_text(sqlite3 *db, const char *key, char *buf, size_t size)
{
	sqlite3_stmt *statement = find_meta(db, key);
	const unsigned char *text = statement ? sqlite3_column_text(statement, 0) : NULL;

	snprintf(buf, size, "%s", text ? (const char *)text : "");
	sqlite3_finalize(statement);
}

/* Why not even the schema can be read. */
static const char *cannot_read(sqlite3 *db)
{
	if (sqlite3_errcode(db) == SQLITE_NOTADB)
		return "is no recording of clonescope";
	if (sqlite3_errcode(db) == SQLITE_CANTOPEN)
		return "was not finished: it can be read in a folder that can be written to, with "
		       "the -wal that is beside it";
	return sqlite3_errmsg(db);
}

/* SQLite's message, where the file can't be used at all; ours, where it is another kind of file. */
static int check_kind(sqlite3 *db, const char *path, char *why)
{
	char reason[128];

	if (sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL))
		return refuse(why, path, cannot_read(db));
	if (pragma(db, "PRAGMA application_id") != SCHEMA_APPLICATION)
		return refuse(why, path, "is no recording of clonescope");
	if (pragma(db, "PRAGMA user_version") == SCHEMA_VERSION)
		return 0;
	snprintf(reason, sizeof(reason),
		 "is of schema version %" PRId64 ", and this program reads version %d",
		 pragma(db, "PRAGMA user_version"), SCHEMA_VERSION);
	return refuse(why, path, reason);
}

/* One that has a slash: SQLite takes ":memory:" and "file:..." for something else. */
static char *name_of(const char *path)
{
	return sqlite3_mprintf("%s%s", path[0] == '/' ? "" : "./", path);
}

/* @name as a part of a URI; what means something in one is written as its number. */
static char *immutable_uri(const char *name)
{
	sqlite3_str *uri = sqlite3_str_new(NULL);

	sqlite3_str_appendall(uri, "file:");
	for (; *name; name++)
		sqlite3_str_appendf(uri, strchr("?#%", *name) ? "%%%02x" : "%c", *name);
	sqlite3_str_appendall(uri, "?immutable=1");
	return sqlite3_str_finish(uri);
}

/* Nothing of what a log has would be seen then. */
static bool has_log(const char *name)
{
	char *log = sqlite3_mprintf("%s-wal", name);
	struct stat status;
	bool has = !log || (!stat(log, &status) && status.st_size);

	sqlite3_free(log);
	return has;
}

/* In a folder that can't be written to, SQLite must be told that nobody else will change the file. */
static int open_by_name(sqlite3 **db, const char *path)
{
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, result;
	char *name = name_of(path), *uri = name ? immutable_uri(name) : NULL;

	result = uri ? sqlite3_open_v2(name, db, flags, NULL) : SQLITE_NOMEM;
	if (!result && !has_log(name) &&
	    sqlite3_exec(*db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_CANTOPEN) {
		sqlite3_close(*db);
		result = sqlite3_open_v2(uri, db, flags | SQLITE_OPEN_URI, NULL);
	}
	sqlite3_free(uri);
	sqlite3_free(name);
	return result;
}

/* SQLite would wait for a writer of a FIFO, and no signal ends that. */
static int open_database(sqlite3 **db, const char *path, char *why)
{
	struct stat status;
	int result;

	if (stat(path, &status))
		return refuse(why, path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(why, path, "is no regular file: a recording cannot be read from it");
	result = open_by_name(db, path);
	if (result)
		return refuse(why, path, *db ? sqlite3_errmsg(*db) : sqlite3_errstr(result));
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_busy_timeout(*db, 2000);
	return check_kind(*db, path, why);
}

bool recording_of_command(char *const *files, size_t count)
{
	char why[SOURCE_WHY_SIZE], command[2] = "";
	sqlite3 *db = NULL;

	if (count && !open_database(&db, files[0], why))
		meta_text(db, "command", command, sizeof(command));
	sqlite3_close(db);
	return command[0];
}

/* --- the threads that read ----------------------------------------------------------------------------- */

static struct slot *slot_of(struct file *file, uint64_t chunk)
{
	return &file->slots[chunk % SLOTS];
}

static bool can_claim(struct file *file)
{
	return file->next_first <= file->last_id &&
	       slot_of(file, file->claimed)->state == SLOT_FREE;
}

/* The file that has least read ahead; NULL: there is nothing to do now. With the lock. */
static struct file *hungriest(struct recording *recording)
{
	struct file *found = NULL;

	for (size_t i = 0; i < recording->count; i++) {
		struct file *file = &recording->files[i];

		if (can_claim(file) &&
		    (!found || file->claimed - file->taken < found->claimed - found->taken))
			found = file;
	}
	return found;
}

static struct slot *claim(struct file *file)
{
	struct slot *slot = slot_of(file, file->claimed++);

	slot->state = SLOT_BUSY;
	slot->first = file->next_first;
	file->next_first += CHUNK_IDS;
	return slot;
}

/* Returns the first id worth looking at after this chunk: where a file has gaps, they are jumped over. */
static int64_t fill(struct file *file, size_t worker, struct slot *slot)
{
	int64_t after = slot->first + CHUNK_IDS;
	int error = rows_read(file->rows[worker], slot->first, after, &slot->chunk);

	if (error)
		snprintf(slot->error, sizeof(slot->error), "%s",
			 error == -ENOMEM ? strerror(ENOMEM) : sqlite3_errmsg(file->db[worker]));
	return slot->chunk.count || error ? after : rows_next_id(file->rows[worker], after);
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct recording *recording = worker->recording;
	size_t number = worker->number;

	free(worker);
	pthread_mutex_lock(&recording->lock);
	while (!recording->stopping) {
		struct file *file = hungriest(recording);
		struct slot *slot;
		int64_t next;

		if (!file) {
			pthread_cond_wait(&recording->changed, &recording->lock);
			continue;
		}
		slot = claim(file);
		pthread_mutex_unlock(&recording->lock);
		next = fill(file, number, slot);
		pthread_mutex_lock(&recording->lock);
		slot->state = SLOT_READY;
		if (next > file->next_first)
			file->next_first = next;
		pthread_cond_broadcast(&recording->changed);
	}
	pthread_mutex_unlock(&recording->lock);
	return NULL;
}

/* Signals are for the thread that takes the records. */
static int start_workers(struct recording *recording)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = cpus > 1 ? MAX_WORKERS : 1;
	sigset_t all, before;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	while (recording->workers < wanted && !error) {
		struct worker *worker = malloc(sizeof(*worker));

		if (!worker)
			break;
		*worker = (struct worker){recording, recording->workers};
		error = pthread_create(&recording->threads[recording->workers], NULL, work, worker);
		if (error)
			free(worker);
		else
			recording->workers++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return recording->workers ? 0 : -EAGAIN;
}

static void stop_workers(struct recording *recording)
{
	pthread_mutex_lock(&recording->lock);
	recording->stopping = true;
	pthread_cond_broadcast(&recording->changed);
	pthread_mutex_unlock(&recording->lock);
	for (size_t i = 0; i < recording->workers; i++)
		pthread_join(recording->threads[i], NULL);
}

/* --- records ----------------------------------------------------------------------------------------------- */

/* Wait for the chunk that is to be taken. Returns its slot, NULL: there are no more. With the lock. */
static struct slot *await_chunk(struct recording *recording, struct file *file)
{
	struct slot *slot = slot_of(file, file->taken);

	for (;;) {
		if (file->taken < file->claimed && slot->state == SLOT_READY)
			return slot;
		if (file->taken == file->claimed && file->next_first > file->last_id)
			return NULL;
		pthread_cond_wait(&recording->changed, &recording->lock);
	}
}

static void give_back(struct recording *recording, struct file *file, struct slot *slot)
{
	if (slot->error[0]) {
		if (!recording->error[0])
			refuse(recording->error, file->path, slot->error);
		file->next_first = file->last_id + 1;
	}
	slot->state = SLOT_FREE;
	file->taken++;
	pthread_cond_broadcast(&recording->changed);
}

/* The first record of the next chunk that has any. */
static void next_chunk(struct recording *recording, struct file *file)
{
	struct slot *slot;

	pthread_mutex_lock(&recording->lock);
	if (file->head)
		give_back(recording, file, slot_of(file, file->taken));
	file->head = NULL;
	while ((slot = await_chunk(recording, file)) && !slot->chunk.count)
		give_back(recording, file, slot);
	if (slot)
		file->head = (const struct cs_head *)slot->chunk.bytes;
	pthread_mutex_unlock(&recording->lock);
}

static void next_record(struct recording *recording, struct file *file)
{
	const struct chunk *chunk = &slot_of(file, file->taken)->chunk;
	const char *next = (const char *)file->head + file->head->size;

	if (next < chunk->bytes + chunk->size)
		file->head = (const struct cs_head *)next;
	else
		next_chunk(recording, file);
}

/* The file whose next record is the oldest; NULL: all are at their end. */
static struct file *oldest(struct recording *recording)
{
	struct file *found = NULL;

	for (size_t i = 0; i < recording->count; i++) {
		struct file *file = &recording->files[i];

		if (file->head && (!found || file->head->ts_ns < found->head->ts_ns))
			found = file;
	}
	return found;
}

/* What the producers promise and all that read a record rely on, as a file may come from anywhere. */
static bool is_sound(const struct cs_head *head)
{
	const struct cs_clone *clone = (const void *)head;
	const struct cs_call *call = (const void *)head;

	if (head->kind == CS_KIND_CLONE)
		return clone->stack_pages <= CS_MAX_STACK_PAGES && clone->error >= 0;
	return head->kind != CS_KIND_CALL || call->error > 0;
}

static void take_loss(struct recording *recording, const struct rows_loss *row)
{
	/* A later version's causes are counted, too. */
	enum loss loss = row->loss < LOSS_COUNT ? (enum loss)row->loss : LOSS_BAD_RECORD;

	recording->losses.count[loss] += row->count;
}

/* A loss ends the reading, so that it is told where it happened. */
static int recording_read(struct source *source, source_record_fn take, void *context)
{
	struct recording *recording = to_recording(source);
	int count = 0, error = 0;
	bool lost = false;

	while (count < READ_AT_ONCE && !error && !lost) {
		struct file *file = oldest(recording);

		if (!file)
			break;
		lost = file->head->kind == ROWS_LOSS;
		if (lost)
			take_loss(recording, (const void *)file->head);
		else if (is_sound(file->head))
			error = take(file->head, context);
		else
			recording->losses.count[LOSS_BAD_RECORD]++;
		next_record(recording, file);
		count++;
	}
	return error ? error : count;
}

/* --- several files --------------------------------------------------------------------------------------- */

/*
 * Whoever writes it has a lock on it. To be asked before SQLite opens the file: to close it once more would let go of
 * SQLite's own locks.
 */
static bool is_growing(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return is_locked;
}

static int open_file(struct file *file, const char *path, char *why)
{
	char backend[72];
	int error = 0;

	file->path = path;
	file->is_growing = is_growing(path);
	for (int i = 0; i < MAX_WORKERS && !error; i++) {
		error = open_database(&file->db[i], path, why);
		/* Read once, from the beginning to the end. */
		if (!error)
			sqlite3_exec(file->db[i], "PRAGMA cache_size = -512", NULL, NULL, NULL);
	}
	if (error)
		return error;
	meta_text(file->db[0], "boot_id", file->boot_id, sizeof(file->boot_id));
	meta_text(file->db[0], "backend", backend, sizeof(backend));
	file->backend = strcmp(backend, "module") ? CS_BACKEND_BPF : CS_BACKEND_MODULE;
	file->since_ns = meta_number(file->db[0], "since_ns");
	file->realtime_ns = meta_number(file->db[0], "realtime_offset_ns");
	return 0;
}

/* To the clock of the machine that was started first, so that no time gets negative. */
static void shift_clocks(struct recording *recording)
{
	const struct file *first = &recording->files[0];
	bool one_boot = true;

	for (size_t i = 1; i < recording->count; i++) {
		one_boot = one_boot && !strcmp(recording->files[i].boot_id, first->boot_id);
		if (recording->files[i].realtime_ns < first->realtime_ns)
			first = &recording->files[i];
	}
	for (size_t i = 0; i < recording->count && !one_boot; i++)
		recording->files[i].shift_ns =
			(uint64_t)(recording->files[i].realtime_ns - first->realtime_ns);
}

/* What is written from now on is not read: so all workers see the same. */
static int begin_rows(struct recording *recording, struct file *file, char *why)
{
	int64_t first;

	for (int i = 0; i < MAX_WORKERS; i++) {
		file->rows[i] =
			rows_new(file->db[i], recording->kinds, file->backend, file->shift_ns);
		if (!file->rows[i])
			return refuse(why, file->path, sqlite3_errmsg(file->db[i]));
	}
	first = rows_next_id(file->rows[0], 0);
	file->last_id = rows_last_id(file->rows[0]);
	if (file->last_id > MAX_ID)
		file->last_id = MAX_ID;
	file->next_first = first;
	return 0;
}

/* @text: what the files before have said. */
static void merge_meta(sqlite3 *db, const char *key, char text[RECORDING_TEXT_SIZE])
{
	char own[RECORDING_TEXT_SIZE];

	meta_text(db, key, own, sizeof(own));
	if (!text[0])
		memcpy(text, own, sizeof(own));
	else if (strcmp(text, own))
		snprintf(text, RECORDING_TEXT_SIZE, "several");
}

static void set_command(struct recording_info *info, sqlite3 *db)
{
	sqlite3_stmt *statement = find_meta(db, "command");
	const unsigned char *text = statement ? sqlite3_column_text(statement, 0) : NULL;

	if (!info->command)
		info->command = strdup(text ? (const char *)text : "");
	sqlite3_finalize(statement);
}

static void add_info(struct recording *recording, const struct file *file)
{
	struct recording_info *info = &recording->info;
	uint64_t since = (uint64_t)file->since_ns + file->shift_ns;

	merge_meta(file->db[0], "host", info->host);
	merge_meta(file->db[0], "release", info->release);
	merge_meta(file->db[0], "machine", info->machine);
	merge_meta(file->db[0], "boot_id", info->boot_id);
	merge_meta(file->db[0], "backend", info->backend);
	merge_meta(file->db[0], "attach", info->attach);
	info->kinds |= meta_number(file->db[0], "kinds");
	recording->source.never_learnt |= (uint64_t)meta_number(file->db[0], "never_learnt");
	info->realtime_offset_ns = file->realtime_ns - (int64_t)file->shift_ns;
	if (!info->files || since < info->since_ns) {
		info->since_ns = since;
		meta_text(file->db[0], "started", info->started, sizeof(info->started));
	}
	info->is_complete =
		(!info->files || info->is_complete) && meta_number(file->db[0], "ended_ns");
	info->is_growing |= file->is_growing;
	set_command(info, file->db[0]);
	info->files++;
}

/* Among the first @count? */
static bool has_place(const struct source_places *places, size_t count, const char *tells,
		      const char *where)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(places->place[i].tells, tells) &&
		    !strcmp(places->place[i].where, where))
			return true;
	return false;
}

/* Row by row: tells, place, used, why. Of several files, what the first says of a place. @before: that many are others'. */
static void add_place(struct recording *recording, struct file *file, size_t before,
		      sqlite3_stmt *statement)
{
	const char *tells = (const char *)sqlite3_column_text(statement, 0);
	const char *where = (const char *)sqlite3_column_text(statement, 1);
	const char *why = (const char *)sqlite3_column_text(statement, 3);

	if (!tells || !where || file->places == SOURCE_MAX_PLACES ||
	    has_place(&recording->source.places, before, tells, where))
		return;
	file->tells[file->places] = strdup(tells);
	if (!file->tells[file->places])
		return;
	source_place_add(&recording->source, file->tells[file->places++], where,
			 sqlite3_column_int(statement, 2), why);
}

/* Where its facts were learnt: for a recording that is made of it. */
static void add_places(struct recording *recording, struct file *file)
{
	static const char text[] = "SELECT tells, place, used, why FROM place ORDER BY id";
	size_t before = recording->source.places.count;
	sqlite3_stmt *statement = NULL;

	if (!sqlite3_prepare_v2(file->db[0], text, -1, &statement, NULL))
		while (sqlite3_step(statement) == SQLITE_ROW)
			add_place(recording, file, before, statement);
	sqlite3_finalize(statement);
}

static void close_file(struct file *file)
{
	for (size_t i = 0; i < file->places; i++)
		free(file->tells[i]);
	for (int i = 0; i < MAX_WORKERS; i++) {
		rows_free(file->rows[i]);
		sqlite3_close(file->db[i]);
	}
	for (int i = 0; i < SLOTS; i++)
		free(file->slots[i].chunk.bytes);
}

static void recording_close(struct source *source)
{
	struct recording *recording = to_recording(source);

	stop_workers(recording);
	for (size_t i = 0; i < recording->count; i++)
		close_file(&recording->files[i]);
	pthread_cond_destroy(&recording->changed);
	pthread_mutex_destroy(&recording->lock);
	free(recording->info.command);
	free(recording->files);
	free(recording);
}

static int open_all(struct recording *recording, char *const *paths, size_t count, char *why)
{
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		recording->count++;
		error = open_file(&recording->files[i], paths[i], why);
	}
	if (error)
		return error;
	shift_clocks(recording);
	for (size_t i = 0; i < count && !error; i++) {
		add_info(recording, &recording->files[i]);
		add_places(recording, &recording->files[i]);
		error = begin_rows(recording, &recording->files[i], why);
	}
	if (!error && start_workers(recording))
		error = refuse(why, paths[0], "no thread to read it can be started");
	for (size_t i = 0; i < count && !error; i++)
		next_chunk(recording, &recording->files[i]);
	return error;
}

int recording_open(struct source **made, char *const *files, size_t count,
		   const struct source_options *options, char *why)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	int error;

	*made = NULL;
	if (recording)
		recording->files = calloc(count, sizeof(*recording->files));
	if (!recording || !recording->files) {
		free(recording);
		return refuse(why, files[0], strerror(ENOMEM));
	}
	recording->source.ops = &recording_ops;
	recording->kinds = options->kinds | SOURCE_KIND(CS_KIND_CLONE);
	pthread_mutex_init(&recording->lock, NULL);
	pthread_cond_init(&recording->changed, NULL);
	error = open_all(recording, files, count, why);
	if (error)
		recording_close(&recording->source);
	else
		*made = &recording->source;
	return error;
}

const char *recording_error(const struct source *source)
{
	const char *error = to_recording(source)->error;

	return error[0] ? error : NULL;
}

const struct recording_info *recording_info(const struct source *source)
{
	return &to_recording(source)->info;
}

/* There is nothing to wait for. */
static int recording_fd(const struct source *source)
{
	(void)source;
	return -1;
}

static int recording_follow(struct source *source, pid_t pid)
{
	(void)source;
	(void)pid;
	return -EINVAL;
}

static void recording_stop(struct source *source)
{
	(void)source;
}

static void recording_losses(const struct source *source, struct losses *losses)
{
	*losses = to_recording(source)->losses;
}

static const struct source_ops recording_ops = {
	.name = "recording",
	.follow = recording_follow,
	.fd = recording_fd,
	.read = recording_read,
	.stop = recording_stop,
	.losses = recording_losses,
	.close = recording_close,
};
