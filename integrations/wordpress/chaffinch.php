<?php
/**
 * Plugin Name: Chaffinch
 * Plugin URI: https://github.com/chaffinch/chaffinch
 * Description: Points the Akismet plugin of this site at your own Chaffinch server, and holds comments while that server cannot be asked. A must-use plugin: copy this file into wp-content/mu-plugins/.
 * Version: 1.0.0
 * Requires at least: 6.0
 * Requires PHP: 7.4
 * License: Apache-2.0
 *
 * Set two constants in wp-config.php:
 *
 *     define( 'CHAFFINCH_URL', 'https://spam.example.org' );
 *     define( 'CHAFFINCH_KEY', '0123456789ab' ); // optional: else enter it on Akismet's settings screen
 *
 * or leave them out and enter the address under Settings > Chaffinch.
 *
 * @package Chaffinch
 */

defined( 'ABSPATH' ) || exit;

/**
 * Everything hangs on WordPress' own filters; the Akismet plugin stays as it is.
 */
final class Chaffinch {

	const OPTION = 'chaffinch_url';

	/** Seconds a visitor waits for a verdict at the most; the stock plugin takes up to 45. */
	const TIMEOUT = 10;

	/** What is between a request and the server's answer, so that our own request passes unchanged. */
	private static $is_asking = false;

	public static function start() {
		add_action( 'admin_menu', array( __CLASS__, 'add_page' ) );
		add_action( 'admin_init', array( __CLASS__, 'register_setting' ) );
		if ( self::url() === '' ) {
			return;
		}
		add_filter( 'pre_http_request', array( __CLASS__, 'repoint' ), 10, 3 );
		// The plugin asks https, https, http when the first fails: one address, one question.
		add_filter( 'pre_option_akismet_ssl_disabled', array( __CLASS__, 'now' ) );
		// Sends every link of every commenter to a third party as the pointer passes over it.
		add_filter( 'akismet_enable_mshots', '__return_false' );
		// Loads its letters from s0.wp.com.
		add_action( 'admin_enqueue_scripts', array( __CLASS__, 'drop_foreign_font' ), 99 );
		add_filter( 'clean_url', array( __CLASS__, 'repoint_frame' ), 10, 2 );
		add_filter( 'http_request_host_is_external', array( __CLASS__, 'allow_host' ), 10, 2 );
		// Approves what waits for a person when he takes too long; Chaffinch tells us in time itself.
		add_action( 'init', array( __CLASS__, 'keep_held' ), 20 );
		if ( defined( 'CHAFFINCH_KEY' ) && CHAFFINCH_KEY ) {
			add_filter( 'akismet_get_api_key', array( __CLASS__, 'key' ) );
			add_filter( 'akismet_predefined_api_key', '__return_true' );
		}
	}

	/** The server's address without its last slash, or '' when none is set. */
	public static function url() {
		$url = defined( 'CHAFFINCH_URL' ) ? CHAFFINCH_URL : get_option( self::OPTION, '' );
		$url = is_string( $url ) ? untrailingslashit( trim( $url ) ) : '';
		return preg_match( '#^https?://[^/\s]#i', $url ) ? $url : '';
	}

	public static function now() {
		return time();
	}

	public static function key() {
		return strtolower( trim( CHAFFINCH_KEY ) );
	}

	/**
	 * Answer a request to Akismet by asking our own server.
	 *
	 * @param false|array|WP_Error $answer What another filter answered already.
	 * @param array                $args   The request.
	 * @param string               $url    Its address.
	 */
	public static function repoint( $answer, $args, $url ) {
		if ( self::$is_asking || false !== $answer ) {
			return $answer;
		}
		$parts = wp_parse_url( $url );
		$host  = strtolower( isset( $parts['host'] ) ? $parts['host'] : '' );
		// The connectivity check asks an address by number and names the host in a header.
		$named = isset( $args['headers']['Host'] ) ? strtolower( (string) $args['headers']['Host'] ) : '';
		$meant = self::is_akismet( $host ) ? $host : $named;
		if ( ! self::is_akismet( $meant ) ) {
			return $answer;
		}
		$path  = isset( $parts['path'] ) ? $parts['path'] : '/';
		$query = isset( $parts['query'] ) ? '?' . $parts['query'] : '';
		unset( $args['headers']['Host'] );
		$args['timeout']     = self::TIMEOUT;
		$args['redirection'] = 0;
		$args['body']        = self::with_key( isset( $args['body'] ) ? $args['body'] : null, $meant );

		self::$is_asking = true;
		try {
			$made = wp_remote_request( self::url() . $path . $query, $args );
		} finally {
			self::$is_asking = false;
		}
		return self::ends_with( $path, '/comment-check' ) ? self::guard( $made ) : $made;
	}

	private static function is_akismet( $host ) {
		return 'rest.akismet.com' === $host || self::ends_with( $host, '.rest.akismet.com' );
	}

	private static function ends_with( $text, $end ) {
		return substr( $text, -strlen( $end ) ) === $end;
	}

	/** Older plugins put the key into the host name: KEY.rest.akismet.com. */
	private static function with_key( $body, $host ) {
		if ( 'rest.akismet.com' === $host ) {
			return $body;
		}
		$key = substr( $host, 0, -strlen( '.rest.akismet.com' ) );
		if ( is_array( $body ) ) {
			return $body + array( 'api_key' => $key );
		}
		$body = (string) $body;
		if ( preg_match( '/(^|&)api_key=/', $body ) ) {
			return $body;
		}
		return $body . ( '' === $body ? '' : '&' ) . 'api_key=' . rawurlencode( $key );
	}

	/**
	 * Give an answer that carries no guid one, so that WordPress holds the comment and asks again.
	 *
	 * Without it the plugin publishes: after a refused connection, a timeout, a proxy's error page,
	 * even after a plain "true". An empty body is neither true nor false: held, retried by cron.
	 */
	private static function guard( $made ) {
		if ( ! is_wp_error( $made ) && wp_remote_retrieve_header( $made, 'x-akismet-guid' ) ) {
			return $made;
		}
		$class = class_exists( '\WpOrg\Requests\Utility\CaseInsensitiveDictionary' )
			? '\WpOrg\Requests\Utility\CaseInsensitiveDictionary'
			: 'Requests_Utility_CaseInsensitiveDictionary';
		return array(
			'headers'       => new $class( array( 'X-akismet-guid' => wp_generate_uuid4() ) ),
			'body'          => '',
			'response'      => array(
				'code'    => 503,
				'message' => 'Chaffinch could not be asked',
			),
			'cookies'       => array(),
			'filename'      => null,
			'http_response' => null,
		);
	}

	/** Show our own statistics pages where the plugin frames those of tools.akismet.com. */
	public static function repoint_frame( $clean, $original ) {
		$from = 'https://tools.akismet.com/';
		return 0 === strpos( $clean, $from ) ? self::url() . '/' . substr( $clean, strlen( $from ) ) : $clean;
	}

	public static function drop_foreign_font() {
		wp_dequeue_style( 'akismet-font-inter' );
	}

	/** WordPress refuses to ask private addresses on its own; this one its owner named. */
	public static function allow_host( $is_external, $host ) {
		return $is_external || strtolower( $host ) === strtolower( (string) wp_parse_url( self::url(), PHP_URL_HOST ) );
	}

	public static function keep_held() {
		remove_action( 'akismet_approval_fallback', array( 'Akismet', 'approval_fallback' ), 10 );
	}

	public static function register_setting() {
		register_setting(
			'chaffinch',
			self::OPTION,
			array(
				'type'              => 'string',
				'default'           => '',
				'sanitize_callback' => array( __CLASS__, 'read_url' ),
			)
		);
	}

	/** The address as entered, if it is one; else what was set before. */
	public static function read_url( $text ) {
		$url = untrailingslashit( esc_url_raw( trim( (string) $text ), array( 'http', 'https' ) ) );
		if ( '' === trim( (string) $text ) || preg_match( '#^https?://[^/\s]#i', $url ) ) {
			return $url;
		}
		add_settings_error( self::OPTION, 'address', 'That is no address; it looks like https://spam.example.org.' );
		return get_option( self::OPTION, '' );
	}

	public static function add_page() {
		add_options_page( 'Chaffinch', 'Chaffinch', 'manage_options', 'chaffinch', array( __CLASS__, 'show_page' ) );
	}

	public static function show_page() {
		$is_fixed = defined( 'CHAFFINCH_URL' );
		echo '<div class="wrap"><h1>Chaffinch</h1>';
		echo '<p>Comments of this site are judged by your own server. The key is entered under Settings &rsaquo; Akismet.</p>';
		echo '<form method="post" action="options.php">';
		settings_fields( 'chaffinch' );
		printf(
			'<p><label for="chaffinch-url">Address of the server</label><br><input type="url" class="regular-text" id="chaffinch-url" name="%s" value="%s" placeholder="https://spam.example.org"%s></p>',
			esc_attr( self::OPTION ),
			esc_attr( $is_fixed ? CHAFFINCH_URL : get_option( self::OPTION, '' ) ),
			$is_fixed ? ' disabled' : ''
		);
		if ( $is_fixed ) {
			echo '<p>Set by CHAFFINCH_URL in wp-config.php.</p>';
		} else {
			submit_button();
		}
		echo '</form></div>';
	}
}

Chaffinch::start();
