<?php
/**
 * As much of WordPress as the plugin uses, on SQLite: php wordpress.php PLUGIN FOLDER, steps as JSON lines on stdin.
 * Each step is answered by one line of JSON. The table lives on in FOLDER; a run is one request to the site.
 */

define( 'ABSPATH', $argv[2] . '/' );
define( 'ARRAY_A', 'ARRAY_A' );
@mkdir( ABSPATH . 'wp-admin/includes', 0777, true );
file_put_contents( ABSPATH . 'wp-admin/includes/upgrade.php', '<?php' );
set_error_handler(
	function ( $kind, $text, $file, $line ) {
		throw new ErrorException( "$text at $file:$line" );
	}
);

class Died extends Exception {}

class Wpdb_Stand_In {
	public $prefix = 'wp_';
	private $file;

	public function __construct( $file ) {
		$this->file = new PDO( "sqlite:$file" );
		$this->file->setAttribute( PDO::ATTR_ERRMODE, PDO::ERRMODE_SILENT );
	}
	public function get_charset_collate() {
		return '';
	}
	public function prepare( $query, ...$values ) {
		return preg_replace_callback(
			'/%[sd]/',
			function ( $found ) use ( &$values ) {
				$value = array_shift( $values );
				return '%d' === $found[0] ? (string) (int) $value : $this->file->quote( (string) $value );
			},
			$query
		);
	}
	public function query( $query ) {
		return $this->file->exec( $query );
	}
	public function get_results( $query ) {
		$rows = $this->file->query( $query );
		return $rows ? $rows->fetchAll( PDO::FETCH_OBJ ) : array();
	}
	public function get_var( $query ) {
		$rows = $this->file->query( $query );
		return $rows ? $rows->fetchColumn() : null;
	}
	public function insert( $table, $row ) {
		$names = implode( ', ', array_keys( $row ) );
		return $this->query( $this->prepare( "INSERT INTO $table ($names) VALUES (" . implode( ', ', array_fill( 0, count( $row ), '%s' ) ) . ')', ...array_values( $row ) ) );
	}
	public function update( $table, $row, $where ) {
		$sets = implode( ', ', array_map( fn( $name ) => "$name = %s", array_keys( $row ) ) );
		return $this->query( $this->prepare( "UPDATE $table SET $sets WHERE id = %s", ...array_values( $row ), ...array_values( $where ) ) );
	}
	public function delete( $table, $where ) {
		return $this->query( $this->prepare( "DELETE FROM $table WHERE id = %s", $where['id'] ) );
	}
}

class WP_Error {
	private $text;
	public function __construct( $text ) {
		$this->text = $text;
	}
	public function get_error_message() {
		return $this->text;
	}
}

$wpdb  = new Wpdb_Stand_In( ABSPATH . 'site.sqlite' );
$hooks = array();
$cron  = array();
$went  = '';

function dbDelta( $query ) {
	global $wpdb;
	$wpdb->query( str_replace( 'CREATE TABLE', 'CREATE TABLE IF NOT EXISTS', $query ) );
}
function add_action( $name, $function, $priority = 10, $arguments = 1 ) {
	global $hooks;
	$hooks[ $name ][] = array( $function, $arguments );
}
function add_filter( $name, $function, $priority = 10, $arguments = 1 ) {
	add_action( $name, $function, $priority, $arguments );
}
function do_action_ref_array( $name, $values ) {
	global $hooks;
	foreach ( $hooks[ $name ] as list( $function, $arguments ) ) {
		call_user_func_array( $function, array_slice( $values, 0, $arguments ) );
	}
}
function apply_filters( $name, $value, ...$more ) {
	global $hooks;
	foreach ( $hooks[ $name ] ?? array() as list( $function, $arguments ) ) {
		$value = $function( ...array_slice( array( $value, ...$more ), 0, $arguments ) );
	}
	return $value;
}
function add_shortcode( $name, $function ) {
	add_action( "shortcode $name", $function );
}
function register_activation_hook( $file, $function ) {
	add_action( 'activate', $function );
}
function register_deactivation_hook( $file, $function ) {
	add_action( 'deactivate', $function );
}
/** WordPress remembers it beyond this request. */
function register_uninstall_hook( $file, $function ) {
	file_put_contents( $GLOBALS['argv'][2] . '/uninstall', $function );
}
function wp_next_scheduled( $hook ) {
	global $cron;
	return isset( $cron[ $hook ] );
}
function wp_schedule_event( $at, $every, $hook ) {
	global $cron;
	$cron[ $hook ] = apply_filters( 'cron_schedules', array() )[ $every ]['interval'];
}
function wp_clear_scheduled_hook( $hook ) {
	global $cron;
	unset( $cron[ $hook ] );
}
function wp_remote_post( $url, $how ) {
	$head = array();
	foreach ( $how['headers'] as $name => $value ) {
		$head[] = "$name: $value";
	}
	$http   = array( 'method' => 'POST', 'header' => $head, 'content' => $how['body'], 'timeout' => $how['timeout'], 'ignore_errors' => true, 'follow_location' => 0 );
	$answer = null;
	try {
		$answer = file_get_contents( $url, false, stream_context_create( array( 'http' => $http ) ) );
	} catch ( ErrorException $error ) {
		return new WP_Error( $error->getMessage() );
	}
	return array( 'status' => (int) explode( ' ', $http_response_header[0] )[1], 'body' => $answer );
}
function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}
function wp_remote_retrieve_response_code( $answer ) {
	return $answer['status'];
}
function wp_remote_retrieve_body( $answer ) {
	return $answer['body'];
}
function wp_json_encode( $value, $flags = 0 ) {
	return json_encode( $value, $flags );
}
function wp_strip_all_tags( $text ) {
	return strip_tags( $text );
}
function wp_unslash( $value ) {
	return is_string( $value ) ? stripslashes( $value ) : $value;
}
function esc_html( $text ) {
	return htmlspecialchars( (string) $text, ENT_QUOTES );
}
function esc_attr( $text ) {
	return esc_html( $text );
}
function esc_url( $text ) {
	return esc_html( $text );
}
function admin_url( $path ) {
	return "https://www.firm.test/wp-admin/$path";
}
function home_url( $path ) {
	return "https://www.firm.test$path";
}
function get_permalink() {
	return home_url( '/contatti/' );
}
function wp_get_referer() {
	return home_url( '/contatti/' );
}
function wp_validate_redirect( $url, $else ) {
	return 0 === strpos( $url, home_url( '/' ) ) ? $url : $else;
}
function add_query_arg( $name, $value, $url ) {
	return "$url?$name=$value";
}
function wp_redirect( $url ) {
	throw new Died( "to $url" );
}
function wp_safe_redirect( $url ) {
	wp_redirect( $url );
}
function wp_die( $text, $title, $how ) {
	throw new Died( $how['response'] . " $text" );
}
function is_email( $text ) {
	return filter_var( $text, FILTER_VALIDATE_EMAIL );
}
function current_user_can( $what ) {
	return true;
}
function check_admin_referer( $action ) {
	return true;
}
function wp_nonce_field( $action, $name, $referer, $echo ) {
	return '';
}
function wp_date( $format, $at ) {
	return gmdate( $format, $at );
}
function sanitize_key( $text ) {
	return preg_replace( '/[^a-z0-9_-]/', '', strtolower( $text ) );
}

class Cf7_Stand_In {
	public $fields;
	public $files;
	public function __construct( $fields, $files ) {
		$this->fields = $fields;
		$this->files  = $files;
	}
	public function id() {
		return 12;
	}
	public function get_posted_data() {
		return $this->fields;
	}
	public function uploaded_files() {
		return $this->files;
	}
	public function get_meta( $name ) {
		return home_url( '/contatti/?gclid=abc' );
	}
}

class Elementor_Stand_In {
	private $fields;
	public function __construct( $fields ) {
		$this->fields = $fields;
	}
	public function get( $name ) {
		return $this->fields;
	}
	public function get_form_settings( $name ) {
		return 'a1b2c3';
	}
}

class Gravity_Stand_In {
	public $id;
	public $label;
	public function __construct( $id, $label ) {
		$this->id    = $id;
		$this->label = $label;
	}
	public function get_value_export( $entry ) {
		return $entry[ $this->id ];
	}
}

require $argv[1];

/** One step; what it printed or where it led. */
function step( $step ) {
	global $wpdb, $cron;
	$fields = $step['fields'] ?? array();
	switch ( $step['do'] ) {
		case 'cf7':
			$abort = false;
			$form  = new Cf7_Stand_In( $fields, $step['files'] ?? array() );
			do_action_ref_array( 'wpcf7_before_send_mail', array( $form, &$abort, $form ) );
			break;
		case 'wpforms':
			do_action_ref_array( 'wpforms_process_complete', array( $fields, array(), array( 'id' => 3 ), 7 ) );
			break;
		case 'gravity':
			$form = array( 'id' => 5, 'fields' => array_map( fn( $id, $label ) => new Gravity_Stand_In( $id, $label ), array_keys( $step['labels'] ), $step['labels'] ) );
			do_action_ref_array( 'gform_after_submission', array( $fields + array( 'status' => 'active', 'source_url' => get_permalink() ), $form ) );
			break;
		case 'elementor':
			do_action_ref_array( 'elementor_pro/forms/new_record', array( new Elementor_Stand_In( $fields ), null ) );
			break;
		case 'shortcode':
			return ( $GLOBALS['hooks']['shortcode centralino_form'][0][0] )();
		case 'post':
			$_POST = array_map( 'addslashes', $fields );
			do_action_ref_array( 'admin_post_nopriv_' . ( $step['action'] ?? 'centralino_form' ), array() );
			break;
		case 'admin':
			$_POST = $fields;
			do_action_ref_array( 'admin_post_centralino_waiting', array() );
			break;
		case 'pass':
			$wpdb->query( 'UPDATE wp_centralino_posts SET due = due - ' . (int) $step['seconds'] . ' WHERE due > 0' );
			$wpdb->query( 'UPDATE wp_centralino_posts SET added = added - ' . (int) $step['seconds'] );
			break;
		case 'rows':
			return $wpdb->get_results( 'SELECT * FROM wp_centralino_posts ORDER BY added, id' );
		case 'page':
			centralino_page();
			break;
		case 'crons':
			return $cron;
		case 'without':
			add_filter( 'centralino_wanted', fn( $wanted, $plugin, $form ) => $plugin !== $step['plugin'], 10, 3 );
			break;
		case 'consents':
			// As the WP Consent API answers.
			$GLOBALS['agreed'] = $step['to'];
			function wp_has_consent( $category ) {
				return in_array( $category, $GLOBALS['agreed'], true );
			}
			break;
		case 'uninstall':
			file_get_contents( $GLOBALS['argv'][2] . '/uninstall' )();
			break;
		case 'tables':
			return $wpdb->get_results( "SELECT name FROM sqlite_master WHERE type = 'table'" );
		default:
			do_action_ref_array( $step['do'], array() );
	}
	return null;
}

while ( $line = fgets( STDIN ) ) {
	ob_start();
	try {
		$told = step( json_decode( $line, true ) );
	} catch ( Died $end ) {
		$told = $end->getMessage();
	}
	$printed = ob_get_clean();
	echo json_encode( $told ?? $printed ), "\n";
}
